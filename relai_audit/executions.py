"""Which workflows run, and whether each gets on."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from temporalio.api.workflow.v1 import PendingActivityInfo, PendingWorkflowTaskInfo
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from relai_audit.side_by_side import side_by_side

ACTIVITY_TRIES = 10
"""Tries of an activity that count as trouble: about half a minute in the store, four in Slack."""
WORKFLOW_TASK_TRIES = 3
"""One that fails once is a worker that died. The third try comes after some ten seconds."""

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


class Execution(NamedTuple):
    """A workflow that runs, since when, the trouble that it has, and whether it sends a notice."""

    workflow_id: str
    since: datetime
    trouble: str | None
    is_sending: bool


class Executions:
    """Asks Temporal about our workflows on one task queue. Only reads."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        types = ", ".join(f"'{each}'" for each in _OURS)
        self._query = (
            f"WorkflowType IN ({types}) AND ExecutionStatus = 'Running'"
            f" AND TaskQueue = '{task_queue}'"
        )

    async def running(self) -> AsyncIterator[Execution]:
        """Every workflow that runs. What began or ended in the last seconds may be missing."""
        # Temporal's list says nothing about trouble, so each is looked at.
        async for found in side_by_side(self.find, self._listed()):
            if found is not None:
                yield found

    async def find(self, workflow_id: str) -> Execution | None:
        """A workflow as it stands this instant, if it runs."""
        try:
            found = await self._client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None
        if found.status is not WorkflowExecutionStatus.RUNNING:
            return None
        return Execution(found.id, found.start_time, _trouble(found), _is_sending(found))

    async def _listed(self) -> AsyncIterator[str]:
        async for each in self._client.list_workflows(self._query, page_size=_PAGE):
            yield each.id


def _trouble(found: WorkflowExecutionDescription) -> str | None:
    raw = found.raw_description
    if raw.pending_workflow_task.attempt >= WORKFLOW_TASK_TRIES:
        return _of_workflow_task(raw.pending_workflow_task)
    retried = (each for each in raw.pending_activities if each.attempt > ACTIVITY_TRIES)
    return next((_of_activity(each) for each in retried if _failure(each) not in _WAITING), None)


def _is_sending(found: WorkflowExecutionDescription) -> bool:
    pending = found.raw_description.pending_activities
    return any(each.activity_type.name == _SENDING for each in pending)


def _of_workflow_task(task: PendingWorkflowTaskInfo) -> str:
    return f"its workflow task fails, try {task.attempt}"


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
