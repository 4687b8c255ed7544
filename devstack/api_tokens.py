"""Tokens of the bot's REST API, as the setting `API_TOKENS` takes them."""

import contextlib
import hashlib
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from devstack.errors import DevstackError

_FORM = re.compile(r"relai_[\w-]{43}")


@dataclass(frozen=True)
class ApiToken:
    """A system that may call the API."""

    name: str
    access: Literal["read", "write"]
    secret: str = field(repr=False)

    def entry(self, team_id: str) -> str:
        """Its entry in the setting: for one workspace, and by the secret's hash only."""
        digest = hashlib.sha256(self.secret.encode()).hexdigest()
        return f"{self.name}:{team_id}:{self.access}:{digest}"


def new_secret() -> str:
    """An unguessable secret with a prefix that tells its purpose."""
    return f"relai_{secrets.token_urlsafe(32)}"


def kept_secret(path: Path) -> str:
    """The secret in the file, which only its owner may read; a new secret if there is no file.

    Raises:
        DevstackError: the file can't be used, or holds no secret.
    """
    try:
        with contextlib.suppress(FileExistsError), open(path, "x", opener=_private) as file:
            file.write(f"{new_secret()}\n")
        path.chmod(0o600)
        secret = path.read_text(errors="replace").strip()
    except OSError as error:
        raise DevstackError(f"{path} can't be used ({error.strerror}): remove it.") from error
    if not _FORM.fullmatch(secret):
        raise DevstackError(f"{path} holds no API token: remove it, and a new one is made.")
    return secret


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
