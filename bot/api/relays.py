"""`/api/tasks/{task}/relay`: hand a task over."""

from typing import Any

from bot.api.inputs import RelayCreate
from bot.api.operations import Answer, Call, Operation
from bot.api.outputs import RelayWritten, TaskOut
from bot.api.people import People
from bot.commands import RelayTask
from bot.services.relay_service import RelayService
from bot.services.task_service import TaskService
from bot.services.temporal_service import relay_workflow_id
from relai_core.domain.ids import relay_id


class RelayApi:
    """The operations on hand-overs."""

    def __init__(self, relays: RelayService, tasks: TaskService, people: People) -> None:
        self._relays = relays
        self._tasks = tasks
        self._people = people

    def operations(self) -> list[Operation[Any]]:
        return [
            Operation(
                id="relay_task",
                method="POST",
                path="/tasks/{task}/relay",
                summary="Hand a task over. It starts a TaskRelayWorkflow.",
                takes=RelayCreate,
                gives={201: RelayWritten, 202: RelayWritten},
                carry_out=self.on_relay,
                links={"get_workflow": "workflow_id", "complete_task": "task_id"},
            )
        ]

    async def on_relay(self, call: Call[RelayCreate]) -> Answer:
        given, team_id = call.given, call.team_id
        task = await self._tasks.get_named(call.name, team_id)
        sender = await self._people.speaker(team_id, given.from_user, "from_user")
        receiver = await self._people.receiver(team_id, given.to_user, "to_user")
        wish = RelayTask(None, receiver.id, given.message, given.mode, given.answer_by)
        after = await self._relays.relay_task(
            task.id, wish, sender=sender, request=call.request, via=call.via
        )
        about = relay_id(team_id, call.request)
        location = f"/api/workflows/{relay_workflow_id(about)}"
        content = RelayWritten(
            workflow_id=relay_workflow_id(about),
            request_id=call.request,
            location=location,
            done=after is not None,
            task_id=task.id,
            task=TaskOut.of(after) if after else None,
            relay_id=about,
        )
        return Answer(201 if after else 202, content, location)
