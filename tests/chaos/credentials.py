"""What opens something in a run, new for each, and what nobody may read anywhere."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from pymongo import MongoClient

from devstack.api_tokens import new_secret
from devstack.slack_server import CREDENTIALS

KEY_SETTING = "RELAI_PAYLOAD_KEYS"
_MONGODB_USER = "relai"


class Credentials:
    """Of all parts together. Without `payload_keys` nothing is encrypted."""

    def __init__(self, *, is_encrypted: bool) -> None:
        self.api_token = new_secret()
        self.payload_keys = [secrets.token_bytes(32) for _ in range(2)] if is_encrypted else []
        # With signs that look otherwise in a URL.
        self._mongodb_password = f"{secrets.token_hex(12)}/@"

    @property
    def by_name(self) -> Mapping[str, bytes]:
        """All of them, by the setting in which they stand."""
        named = {**CREDENTIALS, "API_TOKENS": self.api_token, "MONGODB_URI": self._mongodb_password}
        keys = {f"{KEY_SETTING}, number {n}": key for n, key in enumerate(self.payload_keys, 1)}
        return {name: secret.encode() for name, secret in named.items()} | keys

    def key_setting(self, order: Sequence[int]) -> str:
        """The setting with the keys at these places, of which the first writes."""
        return ",".join(base64.b64encode(self.payload_keys[place]).decode() for place in order)

    def mongodb_uri(self, port: int) -> str:
        """Direct, for the replica set tells its members' own addresses, which bypass a link."""
        user = f"{_MONGODB_USER}:{quote(self._mongodb_password, safe='')}"
        return f"mongodb://{user}@127.0.0.1:{port}/?directConnection=true"

    def add_mongodb_user(self, uri: str) -> None:
        """Nobody has to be one, but whoever says so needs the password."""
        client: MongoClient[dict[str, Any]]
        with MongoClient(uri) as client:
            client.admin.command(
                "createUser",
                _MONGODB_USER,
                pwd=self._mongodb_password,
                roles=["readWriteAnyDatabase"],
            )
