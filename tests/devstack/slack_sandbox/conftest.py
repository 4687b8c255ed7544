"""Starts sandboxes on free ports, and ends everything that was started with them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest

from devstack.slack_sandbox.options import Options
from tests.devstack.slack_sandbox.world import World, start_world

Start = Callable[..., Awaitable[World]]


@pytest.fixture
async def closing() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def start(closing: AsyncExitStack) -> Start:
    """Start a sandbox with these options."""

    async def start_one(**options: Any) -> World:
        # Slack waits 3 seconds for an acknowledgement; a tenth keeps the tests short.
        patient = {"ack_within": timedelta(seconds=0.3), **options}
        return await start_world(closing, Options(**patient))

    return start_one


@pytest.fixture
async def world(start: Start) -> World:
    """A sandbox with default options."""
    return await start()
