"""The connection to a real Temporal server."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.worker import Worker

from devstack.ports import LOOPBACK
from devstack.temporal_server import TemporalServer
from relai_core import temporal
from relai_core.settings import Settings
from tests.storms.links import Link

SHORTER = 10
"""All periods are a tenth of the real ones."""
ALLOWED = timedelta(seconds=10) / SHORTER
"""Temporal closes a connection after three pings that come sooner than this after the last one."""
IDLE_FOR = 5.5 * ALLOWED


@activity.defn
async def nothing() -> None:
    """Never called."""


async def test_idle_connection_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker whose connection is closed does not poll until it has connected again."""
    interval = temporal._KEEP_ALIVE.interval_millis // SHORTER
    monkeypatch.setattr(
        temporal, "_KEEP_ALIVE", replace(temporal._KEEP_ALIVE, interval_millis=interval)
    )
    allowed = {"frontend.keepAliveMinTime": f'"{ALLOWED.total_seconds()}s"'}
    async with (
        TemporalServer(tmp_path, dynamic_config=allowed) as server,
        Link(server.port) as link,
    ):
        client = await temporal.connect(_settings(link))
        async with Worker(client, task_queue="idle", activities=[nothing]):
            await asyncio.sleep(IDLE_FOR.total_seconds())

        assert link.begun == 1


def _settings(link: Link) -> Settings:
    return Settings(
        slack_bot_token="xoxb-1",
        slack_app_token="xapp-1",
        temporal_host=f"{LOOPBACK}:{link.port}",
    )
