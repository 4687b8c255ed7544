"""Which workflows run, whether each gets on, and which were broken off."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import NamedTuple

from temporalio.api.workflow.v1 import PendingActivityInfo, PendingWorkflowTaskInfo
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from relai_audit.limits import Limits
from relai_audit.side_by_side import side_by_side
from relai_core.polling import ASKS_EVERY, last_polled_at, was_just_polled

ACTIVITY_TRIES = 10
"""Tries of an activity that count as trouble: about half a minute in the store, four in Slack."""
WORKFLOW_TASK_TRIES = 3
"""One that fails once is a worker that died. The third try comes after some ten seconds."""
TAKEN_WITHIN = timedelta(minutes=1)
"""A workflow task that nobody has taken by then has no worker that could."""

_PAGE = 1000
_OURS = (
    "TaskLifecycleWorkflow",
    "TaskRelayWorkflow",
    "UserOnboardingWorkflow",
    "PeriodicCleanupWorkflow",
)
_SENDING = "send_notification_activity"
_WAITING = frozenset({"NotYourTurn"})
"""Failures that only ask to come again."""
BROKEN_OFF = frozenset(
    {
        WorkflowExecutionStatus.TERMINATED,
        WorkflowExecutionStatus.CANCELED,
        WorkflowExecutionStatus.FAILED,
        WorkflowExecutionStatus.TIMED_OUT,
    }
)
"""Ways to end of which none is the program's own."""


class Execution(NamedTuple):
    """The latest run of a workflow.

    Attributes:
        since: when it began.
        task_queue: whose workers carry it on.
        events: the length of its history, which grows with all that it does.
        waits_since: when its workflow task was there to be taken, if one is under way.
        failing: what fails again and again, if so.
        is_sending: whether a notice is on its way, or being tried.
    """

    workflow_id: str
    run_id: str
    status: WorkflowExecutionStatus | None
    since: datetime
    task_queue: str
    events: int
    waits_since: datetime | None
    failing: str | None
    is_sending: bool

    @property
    def is_running(self) -> bool:
        return self.status is WorkflowExecutionStatus.RUNNING

    def trouble(self, now: datetime) -> str | None:
        """Why it does not get on, if so, `now` by Temporal's clock."""
        if self.failing is None and self.waits_since is not None:
            is_late = now - self.waits_since > TAKEN_WITHIN
            return "no worker takes its workflow task" if is_late else None
        return self.failing


class Executions:
    """Asks Temporal about our workflows on one task queue. Only reads."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self.task_queue = task_queue
        types = ", ".join(f"'{each}'" for each in _OURS)
        self._ours = f"WorkflowType IN ({types}) AND TaskQueue = '{task_queue}'"

    async def running(self) -> AsyncIterator[Execution]:
        """Every workflow that runs. What began or ended in the last seconds may be missing."""
        # Temporal's list says nothing about trouble, so each is looked at.
        listed = self._listed("ExecutionStatus = 'Running'")
        async for found in side_by_side(self.find, listed):
            if found is not None:
                yield found

    async def broken_off(self, after: datetime) -> AsyncIterator[str]:
        """Ids of workflows of which a run was broken off since; it may run again by now."""
        ended = "ExecutionStatus IN ('Terminated', 'Canceled', 'Failed', 'TimedOut')"
        async for workflow_id in self._listed(f"{ended} AND CloseTime > '{after.isoformat()}'"):
            yield workflow_id

    async def find(self, workflow_id: str) -> Execution | None:
        """A workflow as it stands this instant, if it runs."""
        found = await self.latest(workflow_id)
        return found if found is not None and found.is_running else None

    async def latest(self, workflow_id: str) -> Execution | None:
        """The latest run of a workflow, if Temporal knows one."""
        try:
            found = await self._client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None
        return Execution(
            found.id,
            found.run_id,
            found.status,
            found.start_time,
            found.task_queue,
            found.history_length,
            _waits_since(found.raw_description.pending_workflow_task),
            _failing(found),
            _is_sending(found),
        )

    async def now(self, elsewhere: datetime) -> datetime:
        """This moment by Temporal's clock, never ahead by more than `ASKS_EVERY`.

        Temporal does not tell. But a worker that is there asked for work within that time, and
        Temporal says when. Within these bounds it is what the clock `elsewhere` says.
        """
        polled = await last_polled_at(self._client, self.task_queue)
        if polled is None:
            return elsewhere
        return min(max(elsewhere, polled), polled + ASKS_EVERY)

    async def has_worker(self, now: datetime, limits: Limits) -> bool:
        """Whether anybody asks for work.

        Temporal tells who did, but not what it takes for now. If by our `now` the last time is
        too long ago, the next one is waited for as long as a worker may be idle.
        """
        before = await last_polled_at(self._client, self.task_queue)
        if was_just_polled(before, now):
            return True
        began = monotonic()
        while True:
            await asyncio.sleep(limits.pause.total_seconds())
            latest = await last_polled_at(self._client, self.task_queue)
            # A second look in any case: when it starts anew it has forgotten who asked.
            if latest is None or latest != before:
                return latest is not None
            if monotonic() - began > limits.idle.total_seconds():
                return False

    async def _listed(self, which: str) -> AsyncIterator[str]:
        query = f"{self._ours} AND {which}"
        async for each in self._client.list_workflows(query, page_size=_PAGE):
            yield each.id


def _failing(found: WorkflowExecutionDescription) -> str | None:
    raw = found.raw_description
    if (tries := raw.pending_workflow_task.attempt) >= WORKFLOW_TASK_TRIES:
        return f"its workflow task fails, try {tries}"
    retried = (each for each in raw.pending_activities if each.attempt > ACTIVITY_TRIES)
    return next((_of_activity(each) for each in retried if _failure(each) not in _WAITING), None)


def _is_sending(found: WorkflowExecutionDescription) -> bool:
    pending = found.raw_description.pending_activities
    return any(each.activity_type.name == _SENDING for each in pending)


def _waits_since(task: PendingWorkflowTaskInfo) -> datetime | None:
    return task.original_scheduled_time.ToDatetime(UTC) if task.attempt else None


def _of_activity(pending: PendingActivityInfo) -> str:
    return f"{pending.activity_type.name}, try {pending.attempt}: {_failure(pending)}"


def _failure(pending: PendingActivityInfo) -> str:
    """The type of the last failure; its text may quote people."""
    failure = pending.last_failure
    # One that is too long is wrapped by the server, without a type.
    while not failure.application_failure_info.type and failure.HasField("cause"):
        failure = failure.cause
    kind = failure.WhichOneof("failure_info") or "no answer"
    return failure.application_failure_info.type or kind.removesuffix("_info")
