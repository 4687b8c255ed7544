"""Encrypts our payloads in Temporal, so only the bot and the worker can read them."""

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from relai_core.domain.payload_key import PayloadKeys

_ENCODING = b"binary/encrypted"
_KEY_ID = "encryption-key-id"
_NONCE_BYTES = 12
"""The length that GCM asks for. Random, so one key is good for 2**32 payloads (NIST SP 800-38D)."""


class UnreadablePayloadError(Exception):
    """A payload that Temporal keeps can't be decrypted.

    Its text tells an operator the cure. Temporal retries the workflow or the activity that raised
    it, until a worker has the key.
    """


class EncryptionCodec(PayloadCodec):
    """AES-256-GCM. Plain payloads stay readable. Without a writing key, new payloads stay plain."""

    def __init__(self, keys: PayloadKeys) -> None:
        self._writing_id = keys.writing.id if keys.writing else None
        self._ciphers = {key.id: AESGCM(key.secret) for key in keys.reading}

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        if self._writing_id is None:
            return list(payloads)
        return [self._encrypted(self._writing_id, payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt the encrypted payloads.

        Raises:
            UnreadablePayloadError: a payload's key is missing, or the payload was changed.
        """
        return [
            self._decrypted(payload) if payload.metadata.get("encoding") == _ENCODING else payload
            for payload in payloads
        ]

    def _encrypted(self, key_id: str, payload: Payload) -> Payload:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[key_id].encrypt(nonce, payload.SerializeToString(), None)
        metadata = {"encoding": _ENCODING, _KEY_ID: key_id.encode()}
        return Payload(metadata=metadata, data=nonce + sealed)

    def _decrypted(self, payload: Payload) -> Payload:
        key_id = payload.metadata.get(_KEY_ID, b"").decode(errors="replace")
        if (cipher := self._ciphers.get(key_id)) is None:
            raise UnreadablePayloadError(
                f"Temporal keeps something encrypted with the key {key_id!r}, which is not in "
                "RELAI_PAYLOAD_KEYS: put that key back, behind the first, and start again."
            )
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, None))
        except (InvalidTag, ValueError) as error:
            raise UnreadablePayloadError(
                f"Temporal keeps something that was not written with the key {key_id!r} it names: "
                "it was changed or cut off in Temporal's database."
            ) from error
