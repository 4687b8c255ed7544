"""The status of a workflow execution, and the result of a hand-over's workflow."""

from datetime import datetime
from typing import NamedTuple

from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus

from bot.services.durable_calls import DURABLE_WITHIN, confirmed, ended_if_not_found
from relai_workflows.contracts import TaskRelayResult


class WorkflowStatus(NamedTuple):
    """The state of a workflow execution. `status` is Temporal's name for it in lower case.

    `result` is the end of a hand-over, set when its workflow has completed.
    """

    workflow_id: str
    workflow_type: str
    status: str
    started_at: datetime
    closed_at: datetime | None
    result: TaskRelayResult | None = None


async def describe_workflow(client: Client, workflow_id: str) -> WorkflowStatus:
    """Ask Temporal for status and result of a workflow, each for at most `DURABLE_WITHIN`.

    Raises:
        WorkflowEndedError: Temporal has no such workflow, or has deleted it.
    """
    handle = client.get_workflow_handle(workflow_id)
    with ended_if_not_found(workflow_id):
        found = await confirmed(lambda: handle.describe(rpc_timeout=DURABLE_WITHIN))
        result = await _relay_result(client, found)
    status = found.status.name.lower() if found.status else "unknown"
    return WorkflowStatus(
        found.id, found.workflow_type, status, found.start_time, found.close_time, result
    )


async def _relay_result(
    client: Client, found: WorkflowExecutionDescription
) -> TaskRelayResult | None:
    has_completed = found.status is WorkflowExecutionStatus.COMPLETED
    if found.workflow_type != "TaskRelayWorkflow" or not has_completed:
        return None
    # With its run id, a completed run returns its result at once; a newer run would have to end.
    handle = client.get_workflow_handle(found.id, run_id=found.run_id, result_type=TaskRelayResult)
    return await confirmed(lambda: handle.result(rpc_timeout=DURABLE_WITHIN))
