"""Offices for tests of the bot."""

from collections.abc import AsyncIterator

import pytest

from tests.bot.bot_harness import BotHarness, a_bot_harness, eventually


@pytest.fixture
async def harness() -> AsyncIterator[BotHarness]:
    """A workspace with the demo people; the bot hears nothing until a transport is chosen."""
    async with a_bot_harness() as opened:
        yield opened


@pytest.fixture
async def connected_harness(harness: BotHarness) -> AsyncIterator[BotHarness]:
    """An harness whose bot is connected by socket."""
    async with harness.over_socket() as socket:
        await eventually(socket.is_connected)
        yield harness
