"""The Slack sandbox, and the product's own client on it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from devstack.slack_sandbox.options import Options
from relai_core.slack.client import create_client, create_session
from tests.devstack.slack_sandbox.world import World, start_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with AsyncExitStack() as closing:
        yield await start_world(closing, Options())


@pytest.fixture
async def client(world: World) -> AsyncIterator[AsyncWebClient]:
    async with create_session() as session:
        yield create_client("xoxb-sandbox", f"{world.url}/api/", session)
