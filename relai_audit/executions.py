"""Reads from Temporal which workflows run, what fails in them, and which were ended."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import NamedTuple

from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from relai_audit.concurrency import each_of
from relai_core.polling import last_polled_at, was_just_polled
from relai_workflows.ids import PREFIXES

ACTIVITY_TRIES = 10
"""An activity that fails more often is stuck: half a minute in the store, four in Slack."""
WORKFLOW_TASK_TRIES = 3
"""One failed try is a worker that died. The third comes after some ten seconds."""

_PAGE = 1000
_SENDING = "send_notification_activity"
_WAITING = frozenset({"NotYourTurn"})
"""Failures by which an activity asks to be run later."""
_ENDED_FROM_OUTSIDE = frozenset(
    {
        WorkflowExecutionStatus.TERMINATED,
        WorkflowExecutionStatus.CANCELED,
        WorkflowExecutionStatus.FAILED,
        WorkflowExecutionStatus.TIMED_OUT,
    }
)
"""Close statuses that our own code never produces."""


class Execution(NamedTuple):
    """The latest run of a workflow.

    Attributes:
        failing: the step that fails again and again, and how, if one does.
        is_sending: True if it may be sending a notice: it runs that activity, or decides now.
    """

    workflow_id: str
    run_id: str
    status: WorkflowExecutionStatus | None
    task_queue: str
    failing: str | None
    is_sending: bool

    @property
    def is_running(self) -> bool:
        return self.status is WorkflowExecutionStatus.RUNNING

    @property
    def was_ended(self) -> bool:
        """True if it was terminated or cancelled, failed or timed out."""
        return self.status in _ENDED_FROM_OUTSIDE

    @property
    def status_name(self) -> str:
        return self.status.name.lower() if self.status else "unknown"


class Executions:
    """Our workflows on one task queue."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self.task_queue = task_queue
        types = ", ".join(f"'{each}'" for each in PREFIXES)
        self._ours = f"WorkflowType IN ({types}) AND TaskQueue = '{task_queue}'"

    async def running(self) -> AsyncIterator[Execution]:
        """Every running workflow. Temporal's list may lag by some seconds.

        The list does not tell what fails, so each workflow is described.
        """
        async for found in each_of(self.describe, self._listed("ExecutionStatus = 'Running'")):
            if found is not None and found.is_running:
                yield found

    async def ended(self, after: datetime) -> AsyncIterator[str]:
        """Ids of workflows of which a run was ended from outside since. They may run again."""
        statuses = "ExecutionStatus IN ('Terminated', 'Canceled', 'Failed', 'TimedOut')"
        async for workflow_id in self._listed(f"{statuses} AND CloseTime > '{after.isoformat()}'"):
            yield workflow_id

    async def describe(self, workflow_id: str) -> Execution | None:
        """The latest run of a workflow; None if Temporal has forgotten it."""
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
            found.task_queue,
            _failing(found),
            _is_sending(found),
        )

    async def has_worker(self) -> bool:
        """True if a worker has just asked for work."""
        polled = await last_polled_at(self._client, self.task_queue)
        return was_just_polled(polled, datetime.now(UTC))

    async def _listed(self, condition: str) -> AsyncIterator[str]:
        query = f"{self._ours} AND {condition}"
        async for each in self._client.list_workflows(query, page_size=_PAGE):
            yield each.id


def _failing(found: WorkflowExecutionDescription) -> str | None:
    raw = found.raw_description
    if (tries := raw.pending_workflow_task.attempt) >= WORKFLOW_TASK_TRIES:
        return f"its workflow task fails, try {tries}"
    for activity in raw.pending_activities:
        if activity.attempt > ACTIVITY_TRIES and (failure := _failure(activity)) not in _WAITING:
            return f"{activity.activity_type.name}, try {activity.attempt}: {failure}"
    return None


def _is_sending(found: WorkflowExecutionDescription) -> bool:
    raw = found.raw_description
    names = {each.activity_type.name for each in raw.pending_activities}
    return _SENDING in names or raw.HasField("pending_workflow_task")


def _failure(pending: PendingActivityInfo) -> str:
    """The type of the last failure. Its text is left out, since it may quote people."""
    failure = pending.last_failure
    # The server wraps a failure that is too long, and leaves the type off.
    while not failure.application_failure_info.type and failure.HasField("cause"):
        failure = failure.cause
    kind = failure.WhichOneof("failure_info") or "no answer"
    return failure.application_failure_info.type or kind.removesuffix("_info")
