"""A setting that is missing or malformed is named, with no traceback and no secret."""

import sys
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
    ("line", "said"),
    [
        ("SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN is not set, and has no default"),
        ("SLACK_BOT_TOKEN=xoxb-", "SLACK_BOT_TOKEN must be the bot token of the Slack app, xoxb-…"),
        ("SLACK_APP_TOKEN=xoxb-1", "SLACK_APP_TOKEN must be an app-level token of the Slack app"),
        ("SLACK_API_URL=slack", "SLACK_API_URL must be a URL such as https://slack.com/api/"),
        ("SLACK_API_URL=http://[x", "SLACK_API_URL must be a URL such as https://slack.com/api/"),
        ("TEMPORAL_HOST=temporal", "TEMPORAL_HOST must be a host and a port"),
        ("TEMPORAL_HOST=temporal:http", "TEMPORAL_HOST must be a host and a port"),
        ("TEMPORAL_HOST=http://temporal:7233", "TEMPORAL_HOST must be a host and a port"),
        ("TEMPORAL_HOST=::1:7233", "TEMPORAL_HOST must be a host and a port"),
        ("TEMPORAL_TLS=perhaps", "TEMPORAL_TLS must be true or false"),
        ("TEMPORAL_API_KEY='a b'", "TEMPORAL_API_KEY must be an API key of Temporal, on one line"),
        ("MONGODB_URI=localhost:27017", "MONGODB_URI must begin with mongodb://"),
        ("MONGODB_DATABASE=relai.prod", "MONGODB_DATABASE must be a name of at most 63 characters"),
        ("API_TOKENS=secret", "API_TOKENS: entry 1 must be name:TEAM:read|write:SHA-256"),
        ("RELAI_PORT=eighty", "RELAI_PORT must be a whole number from 0 to 65535"),
        ("RELAI_PORT=70000", "RELAI_PORT must be a whole number from 0 to 65535"),
        ("RELAI_API_REQUESTS_PER_MINUTE=0", "RELAI_API_REQUESTS_PER_MINUTE must be a whole number"),
        ("RELAI_RELAY_WINDOW=soon", "RELAI_RELAY_WINDOW must be an ISO 8601 duration above zero"),
        ("RELAI_RELAY_WINDOW=PT0S", "RELAI_RELAY_WINDOW must be an ISO 8601 duration above zero"),
        ("RELAI_ARCHIVE_AFTER=-P1D", "RELAI_ARCHIVE_AFTER must be an ISO 8601 duration above zero"),
        ("RELAI_RELAY_MODE=throw", "RELAI_RELAY_MODE must be direct or handshake"),
        ("RELAI_WORKING_HOURS=nine", "RELAI_WORKING_HOURS: 'nine' is not of the form 'mon-fri"),
        ("RELAI_WORKING_HOURS=fri-mon 09:00-17:00", "RELAI_WORKING_HOURS: 'fri-mon 09:00-17:00'"),
        ("RELAI_LOG_FORMAT=xml", "RELAI_LOG_FORMAT must be console or json"),
        ("RELAI_ADMIN_CHANNEL=#admins", "RELAI_ADMIN_CHANNEL must be the id of a channel"),
        ("RELAI_WORKER_METRICS=9464", "RELAI_WORKER_METRICS must be an IP address and a port"),
        ("RELAI_WORKER_METRICS=127.0.0.1:0", "RELAI_WORKER_METRICS must be an IP address and a"),
        (
            "RELAI_WORKER_METRICS=127.0.0.1:",
            "RELAI_WORKER_METRICS must be an IP address and a port",
        ),
        ("RELAI_WORKER_METRICS=worker:9464", "RELAI_WORKER_METRICS must be an IP address and a"),
        ("RELAI_PAYLOAD_KEYS=on", "RELAI_PAYLOAD_KEYS: entry 1 must be 32 bytes in base64"),
    ],
)
def test_malformed_setting_is_named_with_its_form(line: str, said: str) -> None:
    _write("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1", line)

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert str(refused.value).startswith(said)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_refusals_are_in_our_own_words(name: str) -> None:
    """A field without a description would be refused with `must be None`."""
    _write("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1", f"{name.upper()}='no such thing'")

    try:
        load_settings()
    except SettingsError as refused:
        said = str(refused)
    else:
        said = ""

    words = ("None", "Input should", "Value error", "String should", "valid")
    assert not [each for each in words if each in said], said


@pytest.mark.parametrize(
    "lines",
    [
        ("TEMPORAL_TLS=false", "TEMPORAL_API_KEY=key"),
        ("TEMPORAL_TLS_CLIENT_CERT=client.pem",),
        ("TEMPORAL_TLS_CLIENT_KEY=client.key",),
    ],
)
def test_tls_settings_must_agree(lines: tuple[str, ...]) -> None:
    _write("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1", *lines)

    with pytest.raises(SettingsError, match="TEMPORAL_TLS"):
        load_settings()


def test_empty_tls_contradicts_nothing() -> None:
    _write(
        "SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1", "TEMPORAL_API_KEY=k", "TEMPORAL_TLS="
    )

    assert load_settings().temporal_api_key is not None


def test_every_wrong_setting_has_its_line() -> None:
    _write("SLACK_BOT_TOKEN=xoxb-1", "RELAI_PORT=eighty", "RELAI_LOG_FORMAT=xml")

    with pytest.raises(SettingsError) as refused:
        load_settings()

    lines = str(refused.value).splitlines()
    assert [line.split()[0] for line in lines] == ["RELAI_PORT", "RELAI_LOG_FORMAT"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file of Linux that can't be read")
def test_unreadable_file_is_named() -> None:
    Path(".env").symlink_to("/proc/self/mem")

    with pytest.raises(SettingsError, match=r"^\.env can't be read: Input/output error"):
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
