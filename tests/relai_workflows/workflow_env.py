"""Workflows on a real server, a real store and real activities; only Slack is in memory.

A workflow's clock runs in real time, and jumps when a test skips time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker

from relai_activities.cleanup import CleanupActivities
from relai_activities.clock import ClockInterceptor
from relai_activities.interceptor import ErrorInterceptor
from relai_activities.notices import NoticeActivities
from relai_activities.relays import RelayActivities
from relai_activities.tasks import TaskActivities
from relai_activities.users import UserActivities
from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import ChannelId
from relai_core.domain.model import Model
from relai_core.domain.notice import NoticeKind
from relai_core.domain.onboarding import OnboardingTemplate
from relai_core.domain.user import User
from relai_core.store.database import Database
from tests.relai_activities.fakes import FakeDirectory, FakeMessenger, Posted
from tests.relai_core.builders import ANA, BEN, CLEO, TEAM
from worker import WORKFLOWS

TIME_SKIPPING = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "frontend.WorkflowTimeSkippingMaxSkipPerSession": "100000",
    "history.timerProcessorMaxTimeShift": '"10ms"',
    "history.timerProcessorMaxPollRPS": "2000",
    # Continuing as new would take a second.
    "history.workflowIdReuseMinimalInterval": '"0s"',
}
POLL = timedelta(milliseconds=10)
ALWAYS = WorkingHours.parse("mon-sun 00:00-24:00")
ADMINS = ChannelId("CADMINS")
TEMPLATES = (
    OnboardingTemplate(key="laptop", title="Fetch your laptop", due_days=1),
    OnboardingTemplate(key="team", title="Meet the team"),
)

Handle = WorkflowHandle[Any, Any]


class WorkflowEnv:
    """Environment of one test.

    Attributes:
        client: starts workflows whose time a test can skip.
        started: all workflows that the test started, by id.
    """

    def __init__(self, client: Client, store: Database, hours: WorkingHours) -> None:
        self._skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
        self.client = self._skipper.client
        self.task_queue = f"test-{uuid4().hex}"
        self.store = store
        self._hours = hours
        self.messenger = FakeMessenger()
        everyone = [User(team_id=TEAM, id=each, name=each.lower()) for each in (ANA, BEN, CLEO)]
        self.directory = FakeDirectory(*everyone)
        self.started: dict[str, Handle] = {}

    def worker(self) -> Worker:
        """A worker with all workflows; a workflow fails where it would be retried for ever."""
        return Worker(
            self.client,
            task_queue=self.task_queue,
            workflows=WORKFLOWS,
            activities=self._activities(),
            interceptors=[ErrorInterceptor(), ClockInterceptor()],
            workflow_failure_exception_types=[Exception],
        )

    async def start(self, workflow: str, start: Model, workflow_id: str) -> Handle:
        """Start a workflow as the bot does."""
        await self.client.start_workflow(
            workflow,
            start,
            id=workflow_id,
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )
        return self.started.setdefault(workflow_id, self.handle(workflow_id))

    def handle(self, workflow_id: str) -> Handle:
        """The latest run of a workflow."""
        return self.client.get_workflow_handle(workflow_id)

    async def idle(self, *handles: Handle) -> None:
        """Wait until none of these workflows has anything to do before its next timer."""
        for handle in handles or tuple(self.started.values()):
            while await _is_busy(handle):  # noqa: ASYNC110 - it happens in the server
                await asyncio.sleep(POLL.total_seconds())

    async def ended(self, handle: Handle) -> None:
        """Wait until this run of a workflow is closed."""
        while (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:  # noqa: ASYNC110
            await asyncio.sleep(POLL.total_seconds())

    async def let_pass(self, handle: Handle, time: timedelta) -> None:
        """Skip time for a workflow, pauses between an activity's tries included."""
        await self._skipper.fast_forward(handle, time)

    async def advance(self, handle: Handle, by: timedelta) -> None:
        """Skip time for a workflow, and wait until it has done all that is due."""
        await self.let_pass(handle, by)
        await self.idle()

    async def advance_to(self, handle: Handle, moment: datetime) -> None:
        """Skip time for a workflow until `moment`."""
        await self.advance(handle, moment - await self.now(handle))

    async def now(self, handle: Handle) -> datetime:
        """A workflow's time."""
        return await self._skipper.get_current_time(handle)

    def told(self, *kinds: NoticeKind) -> list[Posted]:
        """The messages of these kinds, oldest first."""
        return [posted for posted in self.messenger.messages if posted.kind in kinds]

    def readers(self, kind: NoticeKind) -> list[str]:
        """Recipients of a kind, oldest first."""
        return [posted.to for posted in self.told(kind)]

    def _activities(self) -> list[Callable[..., object]]:
        store, directory, hours = self.store, self.directory, self._hours
        tasks = TaskActivities(store.tasks, directory, hours)
        relays = RelayActivities(store.tasks, directory, hours)
        # Turns and rests go by the real clock, which does not jump when time is skipped.
        no_pause = timedelta(0)
        notices = NoticeActivities(
            store.tasks,
            store.notices,
            directory,
            self.messenger,
            hours,
            pace=no_pause,
            rest=no_pause,
        )
        users = UserActivities(store.tasks, directory, TEMPLATES, hours, ADMINS)
        return [
            tasks.create_task,
            tasks.update_task,
            tasks.assign_task,
            tasks.check_task_deadline,
            relays.relay_task,
            relays.postpone_relay,
            relays.end_relay,
            relays.find_relay,
            notices.send_notification,
            notices.refresh_cards,
            users.plan_onboarding,
            users.count_open_tasks,
            CleanupActivities(store.tasks).cleanup_completed_tasks,
        ]


@asynccontextmanager
async def a_workflow_env(
    address: str, store: Database, hours: WorkingHours = ALWAYS
) -> AsyncIterator[WorkflowEnv]:
    """Open an environment with a worker; at the end no workflow may have failed."""
    client = await Client.connect(address, data_converter=pydantic_data_converter, identity="env")
    env = WorkflowEnv(client, store, hours)
    async with env.worker():
        yield env
    for handle in env.started.values():
        status = (await handle.describe()).status
        assert status is not WorkflowExecutionStatus.FAILED, f"{handle.id} failed"


async def _is_busy(handle: Handle) -> bool:
    """True if an activity or a workflow task is pending."""
    found = (await handle.describe()).raw_description
    return bool(found.pending_activities) or found.HasField("pending_workflow_task")
