"""The connection to a real Temporal server."""

import asyncio
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.worker import Worker

from devstack.ports import LOOPBACK
from devstack.temporal_server import TemporalServer
from relai_core import temporal
from relai_core.settings import Settings
from tests.storms.links import Link

QUIET_FOR = 30.0
"""Seconds. Temporal closes a connection after three questions that come too soon for it."""


@activity.defn
async def nothing() -> None:
    """Is never asked for."""


@pytest.mark.timeout(120)  # half of what others have is spent on waiting
async def test_a_connection_on_which_nothing_happens_is_kept(tmp_path: Path) -> None:
    """Otherwise nobody asks for work until a new one is there, and each time for longer."""
    async with TemporalServer(tmp_path) as server, Link(server.port) as link:
        client = await temporal.connect(_settings(link))
        async with Worker(client, task_queue="quiet", activities=[nothing]):
            await asyncio.sleep(QUIET_FOR)

        assert link.begun == 1


def _settings(link: Link) -> Settings:
    return Settings(
        slack_bot_token="xoxb-1",
        slack_app_token="xapp-1",
        temporal_host=f"{LOOPBACK}:{link.port}",
    )
