"""Takes up a workflow that was broken off, where it was: with all that was asked of it since."""

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType, ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from relai_audit.executions import BROKEN_OFF, Execution

_DECIDED = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
_ASKED = EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED


async def resume(client: Client, execution: Execution | None) -> bool:
    """Reset a run that was broken off to its last decision; whether the workflow runs then.

    Temporal replays the history up to there in a new run, and signals it anew with what came
    after. What the store did meanwhile is named by its requests, so doing it again changes
    nothing. A second reset of the same run is the first.
    """
    if execution is None:
        return False
    if execution.is_running:
        return True
    if execution.status not in BROKEN_OFF:
        return False
    point = await _reset_point(client, execution)
    if point is None:
        return False
    # Questions for an outcome are dropped: nobody listens any more.
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
            reset_reapply_exclude_types=[ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE],
        )
    )
    return True


async def _reset_point(client: Client, execution: Execution) -> int | None:
    """The last decision; if there was none, the place after the first question for one."""
    handle = client.get_workflow_handle(execution.workflow_id, run_id=execution.run_id)
    decided, asked = None, None
    try:
        async for event in handle.fetch_history_events():
            if event.event_type == _DECIDED:
                decided = event.event_id
            elif event.event_type == _ASKED and asked is None:
                asked = event.event_id + 1
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return decided or asked
