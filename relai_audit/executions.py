"""Which workflows run, whether each gets on, and which were broken off."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.api.workflow.v1 import PendingActivityInfo, PendingWorkflowTaskInfo
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from relai_audit.side_by_side import side_by_side
from relai_core.polling import POLLED_WITHIN, last_polled_at

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
        trouble: why it does not get on, if so.
        is_sending: whether a notice is on its way, or being tried.
    """

    workflow_id: str
    run_id: str
    status: WorkflowExecutionStatus | None
    since: datetime
    task_queue: str
    events: int
    trouble: str | None
    is_sending: bool

    @property
    def is_running(self) -> bool:
        return self.status is WorkflowExecutionStatus.RUNNING


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
            _trouble(found),
            _is_sending(found),
        )

    async def has_worker(self, now: datetime) -> bool:
        """Whether anybody asks for work, or did right before `now` by the server's clock."""
        latest = await last_polled_at(self._client, self.task_queue)
        return latest is not None and now - latest < POLLED_WITHIN

    async def _listed(self, which: str) -> AsyncIterator[str]:
        query = f"{self._ours} AND {which}"
        async for each in self._client.list_workflows(query, page_size=_PAGE):
            yield each.id


def _trouble(found: WorkflowExecutionDescription) -> str | None:
    raw = found.raw_description
    if (said := _of_workflow_task(raw.pending_workflow_task)) is not None:
        return said
    retried = (each for each in raw.pending_activities if each.attempt > ACTIVITY_TRIES)
    return next((_of_activity(each) for each in retried if _failure(each) not in _WAITING), None)


def _is_sending(found: WorkflowExecutionDescription) -> bool:
    pending = found.raw_description.pending_activities
    return any(each.activity_type.name == _SENDING for each in pending)


def _of_workflow_task(task: PendingWorkflowTaskInfo) -> str | None:
    if task.attempt >= WORKFLOW_TASK_TRIES:
        return f"its workflow task fails, try {task.attempt}"
    waits_since = task.original_scheduled_time.ToDatetime(UTC)
    if task.attempt and datetime.now(UTC) - waits_since > TAKEN_WITHIN:
        return "no worker takes its workflow task"
    return None


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
