"""A Temporal server for the tests of a module, and the gateway to it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.client import Client

from bot.services.temporal_service import TemporalService
from devstack.temporal_server import TemporalServer
from relai_core import temporal
from tests.bot.services.workers import settings_for


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TemporalServer]:
    """A server that every test leaves as it is; no test knows another's ids."""
    async with TemporalServer(tmp_path_factory.mktemp("temporal")) as started:
        yield started


@pytest.fixture
async def client(server: TemporalServer) -> Client:
    """Connected as the bot connects."""
    return await temporal.connect(settings_for(server), lazy=True)


@pytest.fixture
def task_queue(request: pytest.FixtureRequest) -> str:
    """Each test has its own."""
    return str(request.node.name)


@pytest.fixture
def service(client: Client, task_queue: str) -> TemporalService:
    return TemporalService(client, task_queue)
