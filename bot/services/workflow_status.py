"""Where a workflow execution stands, and how a hand-over's ended."""

from datetime import datetime
from typing import NamedTuple

from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus

from bot.services.durable_calls import DURABLE_WITHIN, confirmed, ended_if_not_found
from relai_workflows.contracts import TaskRelayResult


class WorkflowStatus(NamedTuple):
    """Where a workflow execution stands. `status` is Temporal's word in lower case.

    `result` says how a hand-over ended, once its workflow has completed.
    """

    workflow_id: str
    workflow_type: str
    status: str
    started_at: datetime
    closed_at: datetime | None
    result: TaskRelayResult | None = None


async def describe_workflow(client: Client, workflow_id: str) -> WorkflowStatus:
    """Ask Temporal, for at most `DURABLE_WITHIN` each, where a workflow stands and how it ended.

    Raises:
        WorkflowEndedError: Temporal knows no such workflow, or none any more.
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
    # This run, for its result is there already: asked for any other it would be waited for.
    handle = client.get_workflow_handle(found.id, run_id=found.run_id, result_type=TaskRelayResult)
    return await confirmed(lambda: handle.result(rpc_timeout=DURABLE_WITHIN))
