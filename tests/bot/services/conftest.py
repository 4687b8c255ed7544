"""The gateway to a real Temporal server."""

import pytest
from temporalio.client import Client

from bot.services.temporal_service import TemporalService
from devstack.temporal_server import TemporalServer
from relai_core import temporal
from tests.bot.services.workers import settings_for


@pytest.fixture
async def client(server: TemporalServer) -> Client:
    """A client with the settings of the bot."""
    return await temporal.connect(settings_for(server), lazy=True)


@pytest.fixture
def task_queue(request: pytest.FixtureRequest) -> str:
    """Each test has its own."""
    return str(request.node.name)


@pytest.fixture
def service(client: Client, task_queue: str) -> TemporalService:
    return TemporalService(client, task_queue)
