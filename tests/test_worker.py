"""The worker as a process: what it says when it can't start, and how it waits for its parts."""

import asyncio
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from temporalio.client import Client

import worker
from devstack.temporal_server import TemporalServer
from relai_core.errors import UnavailableError
from relai_core.settings import Settings

ROOT = Path(__file__).parents[1]
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def _run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "worker.py")],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        (TOKENS | {"RELAI_WORKING_HOURS": "always"}, "RELAI_WORKING_HOURS"),
        (TOKENS | {"RELAI_ONBOARDING_TEMPLATE": "nowhere.yml"}, "RELAI_ONBOARDING_TEMPLATE"),
    ],
)
def test_a_bad_setting_ends_it_with_a_sentence(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    result = _run(tmp_path, **environment)

    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_template_file_that_is_no_list_of_tasks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "onboarding.yml").write_text("- title: no key\n")

    result = _run(tmp_path, **TOKENS)

    assert result.returncode == 2
    assert "RELAI_ONBOARDING_TEMPLATE" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_address_of_mongodb_that_is_none_ends_it_and_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "onboarding.yml").write_text((ROOT / "onboarding.yml").read_text())
    unescaped = "mongodb://relai:abc/S3CRETtail@mongo:27017/?replicaSet=rs0"

    result = _run(tmp_path, **TOKENS, MONGODB_URI=unescaped)

    assert result.returncode == 2
    assert result.stderr.startswith("MONGODB_URI can't be used")
    assert "S3CRET" not in result.stderr
    assert "Traceback" not in result.stderr


def test_figures_on_an_address_that_is_taken_end_it_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "onboarding.yml").write_text((ROOT / "onboarding.yml").read_text())
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        result = _run(tmp_path, **TOKENS, RELAI_WORKER_METRICS=taken)

    assert result.returncode == 2
    assert "RELAI_WORKER_METRICS" in result.stderr
    assert "Traceback" not in result.stderr


async def test_temporal_that_fails_while_the_schedule_is_made_is_waited_for(tmp_path: Path) -> None:
    stopping = asyncio.Event()

    async def connect_once() -> Client:
        try:
            return await worker.connect(settings)
        finally:
            stopping.set()

    async with TemporalServer(tmp_path) as temporal:
        settings = Settings(
            slack_bot_token="xoxb-1",
            slack_app_token="xapp-1",
            temporal_host=temporal.address,
            temporal_namespace="not-made-yet",
        )
        with structlog.testing.capture_logs() as logs:
            assert await worker.until_up("Temporal", connect_once, stopping) is None

    assert [(line["event"], line["part"]) for line in logs] == [("waiting_for", "Temporal")]


async def test_who_waits_for_a_part_stops_at_once_when_told_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "RETRY", timedelta(hours=1))
    stopping = asyncio.Event()

    async def gone() -> str:
        asyncio.get_running_loop().call_soon(stopping.set)
        raise UnavailableError("MongoDB")

    assert await worker.until_up("MongoDB", gone, stopping) is None
