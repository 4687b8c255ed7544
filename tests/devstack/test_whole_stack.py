"""`python -m devstack` as people start it: real servers, the Slack sandbox, the worker, the bot."""

import json
import os
import signal
import urllib.request
from pathlib import Path

import pytest

from devstack.ports import free_port
from tests.devstack.observing import is_gone, read_until, rest_of, running

PARTS = ("mongod", "temporal", "slack_sandbox", "worker", "bot")
PORTS = (
    "RELAI_PORT",
    "RELAI_SANDBOX_PORT",
    "RELAI_DEV_TEMPORAL_PORT",
    "RELAI_DEV_TEMPORAL_UI_PORT",
    "RELAI_DEV_MONGODB_PORT",
)

# Empty values keep the servers out that `.env` of this checkout may name.
EMBEDDED = {"SLACK_BOT_TOKEN": "", "MONGODB_URI": "", "TEMPORAL_HOST": "", "API_TOKENS": ""}

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(180)]


def get(url: str, token: str = "") -> bytes:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    direct.addheaders = [("Authorization", f"Bearer {token}")] if token else []
    with direct.open(url) as answer:
        body: bytes = answer.read()
        return body


@pytest.mark.parametrize("transport", ["socket", "http"])
def test_all_parts_run_until_sigterm(tmp_path: Path, transport: str) -> None:
    ports = {name: str(free_port()) for name in PORTS}
    environment = EMBEDDED | ports | {"RELAI_DEV_TRANSPORT": transport}

    with running(["-m", "devstack", "--data", tmp_path], environment) as stack:
        lines = read_until(stack, "Ctrl-C stops everything")
        sandbox = f"http://127.0.0.1:{ports['RELAI_SANDBOX_PORT']}/"
        temporal_ui = f"http://127.0.0.1:{ports['RELAI_DEV_TEMPORAL_UI_PORT']}/"
        assert any(line.split() == ["Slack", "sandbox", sandbox] for line in lines)
        api = f"http://127.0.0.1:{ports['RELAI_PORT']}/api"
        assert any(line.split() == ["API", api] for line in lines)
        assert any(line.endswith(f'$(cat {tmp_path}/api-token)" {api}/tasks') for line in lines)
        assert any(line.split() == ["Temporal", "UI", temporal_ui] for line in lines)

        assert get(sandbox)
        assert get(temporal_ui)
        assert json.loads(get(f"{sandbox}control/health"))["transport"] == transport
        assert get(f"http://127.0.0.1:{ports['RELAI_PORT']}/health")

        assert b"RelAI" in get(api)
        token = (tmp_path / "api-token").read_text().strip()
        assert json.loads(get(f"{api}/tasks", token)) == {"tasks": [], "next_cursor": None}

        os.kill(stack.pid, signal.SIGTERM)
        assert "all stopped" in rest_of(stack)
    assert stack.returncode == 0
    assert [part for part in PARTS if not is_gone(tmp_path, part)] == []
