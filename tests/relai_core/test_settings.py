"""A setting that is missing or malformed is named, with no traceback and no secret."""

from datetime import timedelta
from pathlib import Path

import pytest

from relai_core.domain.payload_key import new_payload_key
from relai_core.domain.relay import RelayMode
from relai_core.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine reaches a test."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def _write(*lines: str) -> None:
    Path(".env").write_text("\n".join(lines))


def test_a_file_with_two_tokens_is_enough() -> None:
    _write("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1")

    settings = load_settings()

    assert settings.uses_socket_mode
    assert settings.relai_relay_mode is RelayMode.DIRECT
    assert settings.relai_relay_window == timedelta(minutes=10)


def test_without_an_app_token_it_is_http() -> None:
    _write("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=", "SLACK_SIGNING_SECRET=s")

    assert not load_settings().uses_socket_mode


def test_an_empty_variable_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    _write("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-real", "SLACK_SIGNING_SECRET=s")
    monkeypatch.setenv("SLACK_APP_TOKEN", "")

    assert not load_settings().uses_socket_mode


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN"),
        ("SLACK_API_URL=slack", "SLACK_API_URL"),
        ("MONGODB_DATABASE=relai.prod", "MONGODB_DATABASE"),
        ("RELAI_PORT=eighty", "RELAI_PORT"),
        ("RELAI_PORT=70000", "RELAI_PORT"),
        ("RELAI_RELAY_WINDOW=soon", "RELAI_RELAY_WINDOW"),
        ("RELAI_RELAY_WINDOW=PT0S", "RELAI_RELAY_WINDOW"),
        ("RELAI_RELAY_MODE=throw", "RELAI_RELAY_MODE"),
        ("RELAI_WORKING_HOURS=nine to five", "RELAI_WORKING_HOURS"),
        ("RELAI_WORKING_HOURS=fri-mon 09:00-17:00", "RELAI_WORKING_HOURS"),
        ("RELAI_ARCHIVE_AFTER=-P1D", "RELAI_ARCHIVE_AFTER"),
        ("RELAI_LOG_FORMAT=xml", "RELAI_LOG_FORMAT"),
        ("TEMPORAL_TLS=perhaps", "TEMPORAL_TLS"),
        ("RELAI_WORKER_METRICS=9464", "RELAI_WORKER_METRICS"),
        ("RELAI_WORKER_METRICS=127.0.0.1:0", "RELAI_WORKER_METRICS"),
        ("RELAI_WORKER_METRICS=127.0.0.1:", "RELAI_WORKER_METRICS"),
        ("RELAI_WORKER_METRICS=worker.internal:9464", "RELAI_WORKER_METRICS"),
        ("RELAI_PAYLOAD_KEYS=on", "RELAI_PAYLOAD_KEYS"),
    ],
)
def test_a_malformed_setting_is_named(line: str, named: str) -> None:
    _write("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1", line)

    with pytest.raises(SettingsError, match=named):
        load_settings()


@pytest.mark.parametrize("address", ["127.0.0.1:9464", "[::1]:9464", "0.0.0.0:1"])
def test_the_worker_may_serve_its_figures_at_an_address(address: str) -> None:
    _write("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1", f"RELAI_WORKER_METRICS={address}")

    assert load_settings().relai_worker_metrics == address


def test_the_worker_serves_no_figures_by_itself() -> None:
    _write("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1", "RELAI_WORKER_METRICS=")

    assert load_settings().relai_worker_metrics is None


def test_without_any_transport_both_ways_are_named() -> None:
    _write("SLACK_BOT_TOKEN=xoxb-secret")

    with pytest.raises(SettingsError, match="SLACK_SIGNING_SECRET") as refused:
        load_settings()

    assert "SLACK_APP_TOKEN" in str(refused.value)
    assert "xoxb-secret" not in str(refused.value)


def test_a_key_that_does_not_do_is_never_shown() -> None:
    _write("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1", "RELAI_PAYLOAD_KEYS=c2VjcmV0")

    with pytest.raises(SettingsError, match="make payload-key") as refused:
        load_settings()

    assert "c2VjcmV0" not in str(refused.value)


def test_settings_that_are_printed_show_no_key() -> None:
    key = new_payload_key()
    _write("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1", f"RELAI_PAYLOAD_KEYS={key}")

    settings = load_settings()

    assert settings.payload_keys.writing is not None
    assert key not in repr(settings)
