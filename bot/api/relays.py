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
from relai_core.domain.ids import TaskId, relay_id
from relai_core.domain.task import Task


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
                recall=self.on_relay_again,
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
        return _written(call, task.id, after)

    async def on_relay_again(self, call: Call[RelayCreate]) -> Answer | None:
        task = await self._tasks.find_done(call.request, call.team_id)
        return _written(call, task.id, task) if task else None


def _written(call: Call[RelayCreate], about_task: TaskId, after: Task | None) -> Answer:
    about = relay_id(call.team_id, call.request)
    location = f"/api/workflows/{relay_workflow_id(about)}"
    content = RelayWritten(
        workflow_id=relay_workflow_id(about),
        request_id=call.request,
        location=location,
        done=after is not None,
        task_id=about_task,
        task=TaskOut.of(after) if after else None,
        relay_id=about,
    )
    return Answer(201 if after else 202, content, location)
