"""Takes up a workflow that was broken off, where it was: with all that was asked of it since."""

import asyncio
from datetime import timedelta
from time import monotonic

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType, ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from relai_audit.executions import BROKEN_OFF, Execution, Executions
from relai_audit.findings import NotMendedError

SEEN_WITHIN = timedelta(seconds=5)
"""How long a worker may take for its first step. One that is busier has more to do than to end."""

_LOOKS_EVERY = timedelta(milliseconds=100)
_DECIDED = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
_ASKED = EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED
_CANCELED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED
_NOT_AGAIN = (
    # Questions for an outcome: nobody listens any more.
    ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE,
    # What broke it off, if that is what did.
    ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_CANCEL_REQUEST,
)


async def resume(client: Client, executions: Executions, workflow_id: str) -> bool:
    """Reset a run that was broken off to its last decision; whether the workflow runs then.

    Temporal replays the history up to there in a new run, and signals it anew with what came
    after. What the store did meanwhile is named by its requests, so doing it again changes
    nothing. A run that was cancelled is reset to what it decided before it was. A second reset of
    the same run is the first.

    Raises:
        NotMendedError: the new run ended at once, and not because it had all done.
    """
    execution = await executions.latest(workflow_id)
    if execution is None:
        return False
    if execution.is_running:
        return True
    if execution.status not in BROKEN_OFF:
        return False
    point = await _reset_point(client, execution)
    if point is None:
        return False
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(
                workflow_id=execution.workflow_id, run_id=execution.run_id
            ),
            reason="relai audit --repair",
            workflow_task_finish_event_id=point,
            request_id=f"relai-audit-{execution.run_id}",
            reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_ALL_ELIGIBLE,
            reset_reapply_exclude_types=_NOT_AGAIN,
        ),
        retry=True,
    )
    taken_up = await _after_its_first_step(executions, workflow_id)
    if taken_up is not None and taken_up.status in BROKEN_OFF:
        raise NotMendedError(f"{workflow_id} was taken up, and was broken off again at once")
    return True


async def _after_its_first_step(executions: Executions, workflow_id: str) -> Execution | None:
    """The workflow once a worker has taken its first step, or after `SEEN_WITHIN`."""
    until = monotonic() + SEEN_WITHIN.total_seconds()
    while True:
        found = await executions.latest(workflow_id)
        if found is None or found.waits_since is None or monotonic() > until:
            return found
        await asyncio.sleep(_LOOKS_EVERY.total_seconds())


async def _reset_point(client: Client, execution: Execution) -> int | None:
    """The last decision; if there was none, the place after the first question for one.

    What was decided once it was to be cancelled does not count: its history would cancel it again.
    """
    handle = client.get_workflow_handle(execution.workflow_id, run_id=execution.run_id)
    decided, asked = None, None
    try:
        async for event in handle.fetch_history_events():
            if event.event_type == _CANCELED:
                break
            if event.event_type == _DECIDED:
                decided = event.event_id
            elif event.event_type == _ASKED and asked is None:
                asked = event.event_id + 1
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return decided or asked
