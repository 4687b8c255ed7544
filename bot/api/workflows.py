"""`/api/workflows/{workflow}`: the status of a workflow execution."""

from typing import Any

from bot.api.inputs import Nothing
from bot.api.operations import Answer, Call, Operation
from bot.api.outputs import WorkflowOut
from bot.services.durable_calls import WorkflowEndedError
from bot.services.temporal_service import TemporalService, belongs_to
from relai_core.errors import NotFoundError


class WorkflowApi:
    """The operation on workflow executions."""

    def __init__(self, temporal: TemporalService) -> None:
        self._temporal = temporal

    def operations(self) -> list[Operation[Any]]:
        return [
            Operation(
                id="get_workflow",
                method="GET",
                path="/workflows/{workflow}",
                summary="Read the status of a workflow, and the end of a hand-over.",
                takes=Nothing,
                gives={200: WorkflowOut},
                carry_out=self.on_get,
            )
        ]

    async def on_get(self, call: Call[Nothing]) -> Answer:
        if not belongs_to(call.name, call.team_id):
            raise NotFoundError("There is no such workflow in this workspace.")
        try:
            status = await self._temporal.get_workflow_status(call.name)
        except WorkflowEndedError:
            raise NotFoundError("There is no such workflow, or Temporal has deleted it.") from None
        return Answer(200, WorkflowOut.of(status))
