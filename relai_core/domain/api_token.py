"""API tokens: each lets one system read or write in one workspace. Only their hashes are known."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import NamedTuple

from relai_core.domain.ids import TeamId, TokenName

_ENTRY = re.compile(
    r"(?P<name>[A-Za-z0-9._-]{1,40}):(?P<team>T[A-Z0-9]+):(?P<access>read|write):(?P<digest>[0-9a-f]{64})"
)


class ApiToken(NamedTuple):
    """A system that may call the API, for one workspace. `digest` is the secret's SHA-256.

    Two tokens with one name belong to one system, whose secret is being changed.
    """

    name: TokenName
    team_id: TeamId
    may_write: bool
    digest: str


def parse_api_tokens(text: str) -> tuple[ApiToken, ...]:
    """Read `name:TEAM:read|write:sha256`, separated by commas.

    Raises:
        ValueError: an entry is malformed. It is named by its place, for it may hold a secret.
    """
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    tokens = tuple(_parse(place, entry) for place, entry in enumerate(entries, start=1))
    for token in tokens:
        if any(_is_ambiguous(token, other) for other in tokens):
            raise ValueError(f"the tokens named {token.name} differ in workspace or access")
    digests = [token.digest for token in tokens]
    if len(set(digests)) < len(digests):
        raise ValueError("two entries have the same token; each is for one system")
    if digest_of("") in digests:
        raise ValueError("an entry holds the SHA-256 of nothing: its token was empty")
    return tokens


def find_api_token(tokens: Sequence[ApiToken], secret: str) -> ApiToken | None:
    """The token with this secret, or None. The search takes equally long for every secret."""
    if not secret:
        return None
    digest = digest_of(secret)
    matches = [token for token in tokens if hmac.compare_digest(token.digest, digest)]
    return matches[0] if matches else None


def digest_of(secret: str) -> str:
    """The hash to keep of a secret. A plain hash suffices: the secret has 256 random bits."""
    return hashlib.sha256(secret.encode(errors="backslashreplace")).hexdigest()


def _parse(place: int, entry: str) -> ApiToken:
    found = _ENTRY.fullmatch(entry)
    if found is None:
        raise ValueError(f"entry {place} must be name:TEAM:read|write:SHA-256 of the token in hex")
    return ApiToken(
        name=TokenName(found["name"]),
        team_id=TeamId(found["team"]),
        may_write=found["access"] == "write",
        digest=found["digest"],
    )


def _is_ambiguous(token: ApiToken, other: ApiToken) -> bool:
    """True if both tokens have one name but differ in workspace or access."""
    return token.name == other.name and token[:3] != other[:3]
