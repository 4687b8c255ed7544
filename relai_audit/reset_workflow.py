"""Resets a workflow that was ended from outside, so that it goes on where it was."""

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType, ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client

from relai_audit.executions import Execution

_COMPLETED = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
_SCHEDULED = EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED
_CANCEL_REQUESTED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED
_NOT_REAPPLIED = (
    # The callers have stopped waiting for the answers.
    ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE,
    # It would end the new run too.
    ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_CANCEL_REQUEST,
)


async def reset_workflow(client: Client, execution: Execution) -> bool:
    """Reset a run to its last workflow task; False if its history holds none.

    Temporal replays the history up to there and delivers all later signals again, so a request
    that was answered with "saved" is still carried out. A second reset of the same run changes
    nothing, because it has the same request id.
    """
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
            reset_reapply_exclude_types=_NOT_REAPPLIED,
        ),
        retry=True,
    )
    return True


async def _reset_point(client: Client, execution: Execution) -> int | None:
    """The last completed workflow task before a request to cancel, which must not be replayed.

    If no workflow task was completed, the event after the first that was scheduled.
    """
    handle = client.get_workflow_handle(execution.workflow_id, run_id=execution.run_id)
    completed, scheduled = None, None
    async for event in handle.fetch_history_events():
        if event.event_type == _CANCEL_REQUESTED:
            break
        if event.event_type == _COMPLETED:
            completed = event.event_id
        elif event.event_type == _SCHEDULED and scheduled is None:
            scheduled = event.event_id + 1
    return completed or scheduled
