"""Tokens of the bot's API are created once, stay with their owner, and reach the bot hashed."""

import hashlib
import re
import stat
from pathlib import Path

import pytest

from devstack.api_tokens import ApiToken, kept_secret, new_secret
from devstack.bot_server import BotServer
from devstack.errors import DevstackError
from devstack.slack_server import SlackServer


def test_secret_has_a_prefix_and_is_random() -> None:
    secrets = {new_secret() for _ in range(10)}

    assert len(secrets) == 10
    assert all(re.fullmatch(r"relai_[\w-]{43}", secret) for secret in secrets)


def test_secret_is_kept_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "api-token"

    assert kept_secret(path) == kept_secret(path) == path.read_text().strip()


@pytest.mark.parametrize("mode", [None, 0o644], ids=["new", "readable by all"])
def test_only_its_owner_may_read_a_secret(tmp_path: Path, mode: int | None) -> None:
    path = tmp_path / "api-token"
    if mode is not None:
        path.write_text(new_secret())
        path.chmod(mode)

    kept_secret(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"hunter2", b"\xff\xfe"])
def test_file_with_other_content_stays_unchanged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "api-token"
    path.write_bytes(content)

    with pytest.raises(DevstackError, match="holds no API token: remove it"):
        kept_secret(path)
    assert path.read_bytes() == content


def test_unusable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "api-token"
    path.mkdir()

    with pytest.raises(DevstackError, match=f"^{path} can't be used"):
        kept_secret(path)


def test_the_setting_holds_the_hash_and_not_the_secret() -> None:
    token = ApiToken("ci", "read", new_secret())

    digest = hashlib.sha256(token.secret.encode()).hexdigest()
    assert token.entry("T1") == f"ci:T1:read:{digest}"
    assert token.secret not in repr(token)


async def test_bot_gets_tokens_for_the_sandbox_workspace(tmp_path: Path) -> None:
    tokens = [ApiToken("ci", "write", new_secret()), ApiToken("report", "read", new_secret())]
    async with SlackServer(tmp_path) as slack:
        bot = BotServer(tmp_path, {}, sandbox=slack, api_tokens=tokens)

        told = await bot._environment()

        team = await slack.team_id()
        await slack.stop()
        assert await bot._environment() == told
    assert told["API_TOKENS"] == ",".join(token.entry(team) for token in tokens)


async def test_stopped_sandbox_is_named(tmp_path: Path) -> None:
    slack = SlackServer(tmp_path)

    with pytest.raises(DevstackError, match="slack_sandbox does not tell"):
        await slack.team_id()
