"""Settings of the dev stack: a malformed one is named in one sentence."""

from pathlib import Path

import pytest

from devstack.errors import DevstackError
from devstack.settings import DevstackSettings, load_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RELAI_PORT", "eighty"),
        ("RELAI_SANDBOX_PORT", "0"),
        ("RELAI_DEV_MONGODB_PORT", "65536"),
        ("RELAI_DEV_TRANSPORT", "pigeon"),
    ],
)
def test_a_malformed_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(DevstackError, match=f"^{name} must be .*Change it or unset it"):
        load_settings()


def test_an_empty_variable_wins_over_the_env_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("SLACK_BOT_TOKEN=xoxb-real\nRELAI_PORT=9000\n")
    for name in ("SLACK_BOT_TOKEN", "RELAI_PORT"):
        monkeypatch.setenv(name, "")

    settings = DevstackSettings(_env_file=env_file)

    assert settings.slack_bot_token is None
    assert settings.relai_port == 8080


def test_env_file_that_is_no_text_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"\xff\xfe")
    monkeypatch.setitem(DevstackSettings.model_config, "env_file", env_file)

    with pytest.raises(DevstackError, match="save it as UTF-8"):
        load_settings()
