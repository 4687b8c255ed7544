"""Parts of the stack, their order, and the environment of bot and worker."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from devstack.plan import plan
from devstack.processes import ChildProcess
from devstack.settings import DevstackSettings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DevstackSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def planned(data: Path, **settings: object) -> dict[str, ChildProcess]:
    own = DevstackSettings(_env_file=None, **settings)  # type: ignore[arg-type]
    return {part.name: part for part in plan(own, data)}


def environment_of(part: ChildProcess) -> dict[str, str]:
    assert part._env is not None
    return dict(part._env)


def test_each_part_starts_before_its_dependents(tmp_path: Path) -> None:
    assert list(planned(tmp_path)) == ["mongod", "temporal", "slack_sandbox", "worker", "bot"]


def test_configured_servers_are_not_started(tmp_path: Path) -> None:
    token = SecretStr("xoxb-1")
    uri = SecretStr("mongodb://db.example/")

    parts = planned(
        tmp_path, slack_bot_token=token, mongodb_uri=uri, temporal_host="temporal.example:7233"
    )

    assert list(parts) == ["worker", "bot"]


def test_bot_and_worker_get_the_embedded_addresses(tmp_path: Path) -> None:
    parts = planned(
        tmp_path, relai_dev_mongodb_port=1001, relai_dev_temporal_port=1002, relai_sandbox_port=1003
    )

    for name in ("bot", "worker"):
        told = environment_of(parts[name])
        assert told["MONGODB_URI"].startswith("mongodb://127.0.0.1:1001/")
        assert told["TEMPORAL_HOST"] == "127.0.0.1:1002"
        assert told["SLACK_API_URL"] == "http://127.0.0.1:1003/api/"
        assert told["SLACK_APP_TOKEN"] == "xapp-sandbox"


def test_http_transport_uses_the_request_url(tmp_path: Path) -> None:
    parts = planned(tmp_path, relai_dev_transport="http", relai_port=1004)

    assert environment_of(parts["bot"])["SLACK_APP_TOKEN"] == ""
    assert "http://127.0.0.1:1004/slack/events" in parts["slack_sandbox"]._command


def test_sandbox_bot_gets_an_owner_only_api_token(tmp_path: Path) -> None:
    bot = planned(tmp_path, relai_port=1004)["bot"]

    kept = tmp_path / "api-token"
    (token,) = bot._api_tokens  # type: ignore[attr-defined]
    assert (token.name, token.access, f"{token.secret}\n") == ("dev", "write", kept.read_text())
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert bot.pages["API"] == "http://127.0.0.1:1004/api"
    assert f"$(cat {kept})" in bot.pages["API in a shell"]


def test_token_path_is_relative_and_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "my data"
    data.mkdir()
    monkeypatch.chdir(tmp_path)

    assert "$(cat 'my data/api-token')" in planned(data)["bot"].pages["API in a shell"]


@pytest.mark.parametrize(
    "settings",
    [{"slack_bot_token": SecretStr("xoxb-1")}, {"api_tokens": SecretStr("ci:T1:read:00")}],
    ids=["with a workspace of Slack", "with tokens in the settings"],
)
def test_configured_bot_gets_no_token(tmp_path: Path, settings: dict[str, SecretStr]) -> None:
    bot = planned(tmp_path, **settings)["bot"]

    assert "API in a shell" not in bot.pages
    assert "API_TOKENS" not in environment_of(bot)
    assert list(tmp_path.iterdir()) == []


def test_proxies_are_used_for_slack_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    monkeypatch.setenv("http_proxy", "http://proxy.example")

    with_sandbox = environment_of(planned(tmp_path)["bot"])
    with_slack = environment_of(planned(tmp_path, slack_bot_token=SecretStr("xoxb-1"))["bot"])

    assert not {"HTTPS_PROXY", "http_proxy"} & with_sandbox.keys()
    assert {"HTTPS_PROXY", "http_proxy"} <= with_slack.keys()
