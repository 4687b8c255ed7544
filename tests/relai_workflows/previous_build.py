"""A recorded build, taken up again: servers on what it left behind, and a worker of this build."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from pymongo import AsyncMongoClient
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from relai_core.domain.notice import NoticeKind
from relai_core.domain.task import NewTask
from relai_core.store.database import Database, connect
from relai_workflows.contracts import TaskRelayInput
from relai_workflows.ids import lifecycle_id, relay_workflow_id
from tests.relai_activities.fakes import FakeMessenger, Posted
from tests.relai_activities.mongo import TIMEOUT
from tests.relai_workflows.left_behind import LeftBehind, restore_temporal
from tests.relai_workflows.workflow_driver import RelayDriver, TaskDriver
from tests.relai_workflows.workflow_env import ALWAYS, TIME_SKIPPING, Handle, WorkflowEnv
from worker import WORKFLOWS

_IN_FLIGHT = "ExecutionStatus='Running'"


class PreviousBuild:
    """Its workflows wait on a Temporal server, its documents in a database, its words in Slack."""

    def __init__(self, recording: Path, mongod: MongoServer, folder: Path) -> None:
        self._recording = recording
        self._mongod = mongod
        self._folder = folder
        self._temporal = TemporalServer(folder, dynamic_config=TIME_SKIPPING)
        self._database = f"build_{uuid4().hex}"
        self._messenger = FakeMessenger()
        self._left = LeftBehind.read(recording)

    async def start(self) -> None:
        """Put everything back where it was.

        Raises:
            NondeterminismError: this build gives other commands than a workflow in flight did.
        """
        restore_temporal(self._recording, self._folder)
        store = await self._connect()
        await store.ensure_indexes()
        await self._left.restore(store, self._messenger)
        store.close()
        await self._temporal.start()
        try:
            await self._replay()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Leave nothing of it."""
        await self._temporal.stop()
        async with AsyncMongoClient[dict[str, object]](self._mongod.uri) as client:
            await client.drop_database(self._database)

    @asynccontextmanager
    async def taken_up(self) -> AsyncIterator["TakenUp"]:
        """Have this build's worker go on with it, and see to it that no workflow fails."""
        client = await self._client()
        store = await self._connect()
        env = WorkflowEnv(client, store, ALWAYS)
        env.task_queue = self._left.task_queue
        env.messenger = self._messenger
        async for each in client.list_workflows(_IN_FLIGHT):
            env.started[each.id] = env.handle(each.id)
        async with env.worker():
            yield TakenUp(env, self._left)
            await env.idle()
        store.close()
        async for each in client.list_workflows():
            assert each.status is not WorkflowExecutionStatus.FAILED, f"{each.id} failed"

    async def _replay(self) -> None:
        # Where an update was answered before, a worker would not fail but try for ever.
        client = await self._client()
        replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter)
        async for each in client.list_workflows(_IN_FLIGHT):
            await replayer.replay_workflow(
                await client.get_workflow_handle(each.id).fetch_history()
            )

    async def _client(self) -> Client:
        return await Client.connect(
            self._temporal.address, data_converter=pydantic_data_converter, identity="env"
        )

    async def _connect(self) -> Database:
        return await connect(self._mongod.uri, self._database, timeout=TIMEOUT)


class TakenUp:
    """What was in flight, by the names in `in_flight`."""

    def __init__(self, env: WorkflowEnv, left: LeftBehind) -> None:
        self.env = env
        self._left = left

    def life(self, name: str) -> TaskDriver:
        """A task."""
        new = NewTask.model_validate(self._left.lives[name]["new"])
        return TaskDriver(self.env, self.env.handle(lifecycle_id(new.id)), new)

    def relay(self, name: str) -> RelayDriver:
        """A hand-over."""
        start = TaskRelayInput.model_validate(self._left.lives[name]["relay"])
        handle = self.env.handle(relay_workflow_id(start.relay_id))
        return RelayDriver(self.env, handle, start)

    async def advance(self, handle: Handle, by: timedelta) -> None:
        """Let time pass for a workflow, unless so much has passed already that it has ended."""
        try:
            await self.env.advance(handle, by)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    def said(self, about: TaskDriver) -> list[Posted]:
        """The messages about a task as they stand, those of before among them."""
        said = self.env.messenger.messages
        return [posted for posted in said if posted.key.startswith(f"{about.new.id}:")]

    def readers(self, about: TaskDriver, kind: NoticeKind) -> list[str]:
        """Who was told so about a task, before and now, sorted."""
        return sorted(posted.to for posted in self.said(about) if posted.kind is kind)
