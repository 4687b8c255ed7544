"""The workflow test environment, and an auditor for it that finds every message late at once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
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
from relai_audit.repair import Repairer
from relai_audit.report import Report
from relai_core.store.connection import Document
from relai_core.store.database import Database
from tests.relai_activities.conftest import mongo_server
from tests.relai_activities.mongo import a_database
from tests.relai_workflows.conftest import env, hours
from tests.relai_workflows.workflow_driver import WINDOW
from tests.relai_workflows.workflow_env import ALWAYS, TIME_SKIPPING, WorkflowEnv

__all__ = ["env", "hours", "mongo_server"]

# By default the server takes some ten seconds to delete a workflow.
DELETES_AT_ONCE = {
    "history.transferProcessorUpdateAckInterval": '"100ms"',
    "history.visibilityProcessorUpdateAckInterval": '"100ms"',
    "history.timerProcessorUpdateAckInterval": '"100ms"',
}


class Auditor:
    """Audits and repairs a test environment."""

    def __init__(self, env: WorkflowEnv, task_queue: str | None = None) -> None:
        self._env = env
        self._executions = Executions(env.client, task_queue or env.task_queue)

    async def look(self) -> Report:
        """What an audit reports."""
        return await audit(
            self._env.store, self._executions, lambda _: None, late_after=timedelta(0)
        )

    async def finds(self) -> list[tuple[FindingKind, str]]:
        """Kind and subject of each finding."""
        return [(each.kind, each.subject) for each in (await self.look()).findings]

    async def repair(self, report: Report) -> Report:
        """Repair what was found, and wait until all workflows are idle."""
        repairer = Repairer(self._env.store, self._env.client, self._executions, WINDOW)
        repaired = await repairer.repair(report)
        await self._env.idle()
        return repaired

    async def look_and_repair(self) -> Report:
        """Both, as `relai audit --repair` does."""
        return await self.repair(await self.look())


@pytest.fixture(scope="session")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    data = tmp_path_factory.mktemp("temporal")
    server = TemporalServer(data, dynamic_config=TIME_SKIPPING | DELETES_AT_ONCE)
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
    """The documents of the test environment, to be damaged."""
    with MongoClient[Document](mongo_server.uri) as client:
        yield client[database_name]


@pytest.fixture
async def idle_env(temporal_server: TemporalServer, database: Database) -> WorkflowEnv:
    """A test environment whose worker a test starts and stops."""
    client = await Client.connect(
        temporal_server.address, data_converter=pydantic_data_converter, identity="env"
    )
    return WorkflowEnv(client, database, ALWAYS)


@pytest.fixture
def auditor(env: WorkflowEnv) -> Auditor:
    return Auditor(env)
