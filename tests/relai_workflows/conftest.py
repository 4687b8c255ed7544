"""A real Temporal server with skippable time, and an environment for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from devstack.temporal_server import TemporalServer
from relai_core.domain.hours import WorkingHours
from relai_core.store.database import Database
from tests.relai_activities.conftest import database
from tests.relai_workflows.workflow_env import ALWAYS, TIME_SKIPPING, WorkflowEnv, a_workflow_env
from tests.running import running

__all__ = ["database"]


@pytest.fixture(scope="session")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """A Temporal server that lets a test skip time."""
    data = tmp_path_factory.mktemp("temporal")
    with running(TemporalServer(data, dynamic_config=TIME_SKIPPING)) as server:
        yield server


@pytest.fixture
def hours() -> WorkingHours:
    """Everybody's working hours; a module that wants others overrides this."""
    return ALWAYS


@pytest.fixture
async def env(
    temporal_server: TemporalServer, database: Database, hours: WorkingHours
) -> AsyncIterator[WorkflowEnv]:
    """A worker with a task queue and a database of its own, and a workspace of three people."""
    async with a_workflow_env(temporal_server.address, database, hours) as opened:
        yield opened
