"""Harnesses for the tests of the bot, and a Temporal server for those that need a real one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from devstack.temporal_server import TemporalServer
from tests.bot.bot_harness import BotHarness, a_bot_harness, eventually


@pytest.fixture
async def harness() -> AsyncIterator[BotHarness]:
    """A workspace with the demo people, and a bot without a transport."""
    async with a_bot_harness() as opened:
        yield opened


@pytest.fixture
async def connected_harness(harness: BotHarness) -> AsyncIterator[BotHarness]:
    """A harness whose bot is connected over Socket Mode."""
    async with harness.over_socket() as socket:
        await eventually(socket.is_connected)
        yield harness


@pytest.fixture(scope="session")
def temporal_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the Temporal server keeps its database."""
    return tmp_path_factory.mktemp("temporal")


@pytest.fixture(scope="session")
def server(temporal_data: Path) -> Iterator[TemporalServer]:
    """One Temporal server for all tests of a run; each test uses ids of its own."""
    started = TemporalServer(temporal_data)
    asyncio.run(started.start())
    yield started
    asyncio.run(started.stop())
