"""The worker waits for its parts, and leaves when it is told to."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from temporalio.client import Client

import worker
from devstack.slack_sandbox.options import Options
from devstack.slack_sandbox.server import running_sandbox
from devstack.temporal_server import TemporalServer
from relai_core.errors import UnavailableError
from relai_core.settings import Settings
from relai_core.slack.client import create_client, create_session


async def test_missing_namespace_is_named_and_waited_for(tmp_path: Path) -> None:
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

    reason = "it has no namespace of the name in TEMPORAL_NAMESPACE"
    assert [(line["part"], line["reason"]) for line in logs] == [("Temporal", reason)]


async def test_waiting_for_a_part_ends_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "RETRY", timedelta(hours=1))
    stopping = asyncio.Event()

    async def gone() -> str:
        asyncio.get_running_loop().call_soon(stopping.set)
        raise UnavailableError("MongoDB")

    assert await worker.until_up("MongoDB", gone, stopping) is None


async def test_token_that_is_revoked_later_is_reported() -> None:
    revoked = {"method": "auth.test", "kind": "error", "error": "token_revoked"}
    async with running_sandbox(Options()) as slack, create_session() as session:
        client = create_client("xoxb-sandbox", f"{slack.base_url}/api/", session)
        team_id, well = await worker._installation(client)
        await session.post(f"{slack.base_url}/control/faults", json=revoked)
        _, trouble = await worker._installation(client)

    assert (team_id, well) == (slack.workspace.installation.team_id, None)
    assert str(trouble).startswith("Slack refuses SLACK_BOT_TOKEN (token_revoked)")
