"""The workflow test environment, and an auditor for it that finds every message late at once."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from devstack.temporal_server import TemporalServer
from relai_audit.audit import audit
from relai_audit.executions import Executions
from relai_audit.findings import FindingKind
from relai_audit.repair import Repairer
from relai_audit.report import Report
from relai_core.store.database import Database
from tests.relai_activities.conftest import database
from tests.relai_workflows.conftest import env, hours, temporal_server
from tests.relai_workflows.workflow_driver import WINDOW
from tests.relai_workflows.workflow_env import ALWAYS, WorkflowEnv

__all__ = ["database", "env", "hours", "temporal_server"]


class Auditor:
    """Audits and repairs a test environment."""

    def __init__(self, env: WorkflowEnv, store: Database | None = None) -> None:
        self._env = env
        self._store = store or env.store
        self._executions = Executions(env.client, env.task_queue)

    async def look(self) -> Report:
        """The report of an audit."""
        return await audit(self._store, self._executions, lambda _: None, late_after=timedelta(0))

    async def finds(self) -> list[tuple[FindingKind, str]]:
        """Kind and subject of each finding."""
        return [(each.kind, each.subject) for each in (await self.look()).findings]

    async def repair(self, report: Report) -> Report:
        """Repair what was found, and wait until all workflows are idle."""
        repairer = Repairer(self._store, self._env.client, self._executions, WINDOW)
        repaired = await repairer.repair(report)
        await self._env.idle()
        return repaired

    async def look_and_repair(self) -> Report:
        """Both, as `relai audit --repair` does."""
        return await self.repair(await self.look())


@pytest.fixture
async def idle_env(temporal_server: TemporalServer, database: Database) -> WorkflowEnv:
    """A test environment whose worker a test starts and stops."""
    client = await Client.connect(
        temporal_server.address, data_converter=pydantic_data_converter, identity="env"
    )
    return WorkflowEnv(client, database, ALWAYS)


@pytest.fixture
async def auditor(env: WorkflowEnv) -> Auditor:
    """An auditor of an environment whose worker has asked for work: else nothing is repaired."""
    executions = Executions(env.client, env.task_queue)
    while not await executions.has_worker():  # noqa: ASYNC110 - Temporal's list is asked
        await asyncio.sleep(0.02)
    return Auditor(env)
