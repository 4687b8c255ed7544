"""Keys for our payloads in Temporal: the first key encrypts, every key decrypts."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import NamedTuple

PLAIN = "plain"
_BYTES = 32


@dataclass(frozen=True)
class PayloadKey:
    """A key of AES-256. Its `id` stands beside each payload, and reveals nothing about the key."""

    id: str
    secret: bytes = field(repr=False)


class PayloadKeys(NamedTuple):
    """All keys. Without a `writing` key new payloads are written in plain."""

    writing: PayloadKey | None
    reading: tuple[PayloadKey, ...]


def parse_payload_keys(text: str) -> PayloadKeys:
    """Read keys of 32 bytes in base64, separated by commas; the first may be `plain` instead.

    Raises:
        ValueError: an entry is malformed. It is named by its place, for it may be a secret.
    """
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    writes_plain = entries[:1] == [PLAIN]
    keys = tuple(
        _parse(place, entry)
        for place, entry in enumerate(entries, start=1)
        if not (writes_plain and place == 1)
    )
    return PayloadKeys(None if writes_plain or not keys else keys[0], keys)


def new_payload_key() -> str:
    """A new random key."""
    return base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def _parse(place: int, entry: str) -> PayloadKey:
    if entry == PLAIN:
        raise ValueError(f"entry {place} is `{PLAIN}`, which may only be the first")
    try:
        secret = base64.b64decode(entry, validate=True)
    except ValueError:
        secret = b""
    if len(secret) != _BYTES:
        raise ValueError(f"entry {place} must be 32 bytes in base64: `make payload-key` makes one")
    # A plain hash suffices: 256 random bits can't be guessed from it.
    return PayloadKey(hashlib.sha256(secret).hexdigest()[:16], secret)
