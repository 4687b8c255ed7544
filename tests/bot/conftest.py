"""Offices for tests of the bot."""

from collections.abc import AsyncIterator

import pytest

from tests.bot.office import Office, an_office, eventually


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """A workspace with the demo people; the bot hears nothing until a transport is chosen."""
    async with an_office() as opened:
        yield opened


@pytest.fixture
async def open_office(office: Office) -> AsyncIterator[Office]:
    """An office whose bot is connected by socket."""
    async with office.over_socket() as socket:
        await eventually(socket.is_connected)
        yield office
