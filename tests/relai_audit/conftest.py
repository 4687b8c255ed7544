"""The env of the workflows, and an auditor who looks at it at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pymongo import MongoClient
from pymongo.database import Database as Documents
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from relai_audit.audit import audit
from relai_audit.executions import Executions
from relai_audit.findings import FindingKind
from relai_audit.limits import Limits
from relai_audit.repair import Repairer
from relai_audit.report import Report
from relai_core.store.connection import Document
from relai_core.store.database import Database
from tests.relai_activities.mongo import a_database
from tests.relai_workflows.conftest import env, hours
from tests.relai_workflows.workflow_driver import WINDOW
from tests.relai_workflows.workflow_env import ALWAYS, TIME_SKIPPING, WorkflowEnv

__all__ = ["env", "hours"]

# By its own values the server takes some ten seconds to forget a workflow.
FORGETFUL = {
    "history.transferProcessorUpdateAckInterval": '"100ms"',
    "history.visibilityProcessorUpdateAckInterval": '"100ms"',
    "history.timerProcessorUpdateAckInterval": '"100ms"',
}

AT_ONCE = Limits(
    young=timedelta(0),
    over=timedelta(0),
    late=timedelta(0),
    # Longer than Temporal's list of workflows lags behind.
    pause=timedelta(seconds=1),
)
"""Nothing is excused by its age."""


class Auditor:
    """Looks at a env on which nothing moves, and mends it."""

    def __init__(
        self, env: WorkflowEnv, limits: Limits = AT_ONCE, task_queue: str | None = None
    ) -> None:
        self._stage = env
        self._limits = limits
        self._executions = Executions(env.client, task_queue or env.task_queue)

    async def look(self) -> Report:
        """What an audit says."""
        return await audit(self._stage.store, self._executions, self._limits, lambda _: None)

    async def finds(self) -> list[tuple[FindingKind, str]]:
        """What is wrong, and with what."""
        return [(each.kind, each.subject) for each in (await self.look()).findings]

    async def repair(self, report: Report) -> Report:
        """The report with what was done; whatever comes of it has happened."""
        repairer = Repairer(self._stage.store, self._stage.client, self._executions, WINDOW)
        repaired = await repairer.repair(report, lambda _: None)
        for workflow_id in self._stage.started:
            await self._stage.idle(self._stage.handle(workflow_id))
        return repaired

    async def look_and_repair(self) -> Report:
        """Both, as `relai audit --repair` does."""
        return await self.repair(await self.look())


def a_clock(ahead: timedelta) -> Callable[[], Awaitable[datetime]]:
    """What mongod says of the time, so far ahead."""

    async def server_time() -> datetime:
        return datetime.now(UTC) + ahead

    return server_time


@pytest.fixture(scope="session")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    data = tmp_path_factory.mktemp("temporal")
    server = TemporalServer(data, dynamic_config=TIME_SKIPPING | FORGETFUL)
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
def database_name() -> str:
    return f"test_{uuid4().hex}"


@pytest.fixture
async def database(mongo_server: MongoServer, database_name: str) -> AsyncIterator[Database]:
    async with a_database(mongo_server, database_name) as opened:
        yield opened


@pytest.fixture
def documents(mongo_server: MongoServer, database_name: str) -> Iterator[Documents[Document]]:
    """The documents of the env, to be damaged."""
    with MongoClient[Document](mongo_server.uri) as client:
        yield client[database_name]


@pytest.fixture
async def idle_stage(temporal_server: TemporalServer, database: Database) -> WorkflowEnv:
    """A env whose worker a test has come and go."""
    client = await Client.connect(
        temporal_server.address, data_converter=pydantic_data_converter, identity="env"
    )
    return WorkflowEnv(client, database, ALWAYS)


@pytest.fixture
def auditor(env: WorkflowEnv) -> Auditor:
    return Auditor(env)
