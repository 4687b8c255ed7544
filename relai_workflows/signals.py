"""Signals between the workflows of a task and of its relays.

They go by name, because typed handles would make the two modules import each other.
"""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from relai_core.domain.ids import RelayId, TaskId
    from relai_workflows.contracts import RelayMoved, RelaySettled
    from relai_workflows.ids import lifecycle_id, relay_workflow_id


async def signal_relay_settled(relay_id: RelayId) -> None:
    """Tell a relay's workflow that a change of the task has ended the relay."""
    await _signal(relay_workflow_id(relay_id), "settled", RelaySettled(relay_id=relay_id))


async def signal_relay_moved(task_id: TaskId, relay_id: RelayId) -> None:
    """Tell a task's workflow that a relay was opened or ended."""
    await _signal(lifecycle_id(task_id), "relay_moved", RelayMoved(relay_id=relay_id))


async def _signal(workflow_id: str, name: str, about: RelaySettled | RelayMoved) -> None:
    """Signal a workflow. If it has ended, the signal is not needed."""
    try:
        await workflow.get_external_workflow_handle(workflow_id).signal(name, about)
    except ApplicationError:
        workflow.logger.info("%s was not told of %s: it has ended", workflow_id, name)
