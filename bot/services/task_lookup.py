"""Finds the task that a person means, within their own workspace."""

from collections.abc import Awaitable

from bot.services.durable_calls import WorkflowEndedError
from bot.services.temporal_service import Answered
from relai_core.domain.changes import TaskChange
from relai_core.domain.decisions import decide
from relai_core.domain.ids import RelayId, RequestId, TaskId, TeamId, team_of
from relai_core.domain.relay import Relay
from relai_core.domain.task import Task, parse_task_number
from relai_core.domain.user import User
from relai_core.errors import InvalidInputError, NotFoundError
from relai_core.ports import TaskStore

_NAMED_AT_MOST = 5


class TaskLookup:
    """Reads tasks for the services. A task of another workspace is never found."""

    def __init__(self, tasks: TaskStore) -> None:
        self._tasks = tasks

    async def get(self, task_id: TaskId, team_id: TeamId) -> Task:
        """Read a task by its id.

        Raises:
            NotFoundError: this workspace has no such task.
        """
        task = await self._tasks.find(task_id) if team_of(task_id) == team_id else None
        if task is None:
            raise NotFoundError("There is no such task in this workspace.")
        return task

    async def get_by_number(self, number: int, team_id: TeamId) -> Task:
        """Read a task by its T-number.

        Raises:
            NotFoundError: this workspace has no such task.
        """
        task = await self._tasks.find_by_number(team_id, number)
        if task is None:
            raise NotFoundError(f"There is no task T-{number} in this workspace.")
        return task

    async def get_named(self, name: str, team_id: TeamId) -> Task:
        """Read a task by its T-number or its id.

        Raises:
            NotFoundError: this workspace has no such task.
        """
        number = parse_task_number(name)
        if number is not None:
            return await self.get_by_number(number, team_id)
        return await self.get(TaskId(name), team_id)

    async def get_relay(self, relay_id: RelayId, team_id: TeamId) -> Relay:
        """Read a hand-over by its id.

        Raises:
            NotFoundError: this workspace has no such hand-over.
        """
        relay = await self._tasks.find_relay(relay_id) if team_of(relay_id) == team_id else None
        if relay is None:
            raise NotFoundError("There is no such hand-over in this workspace.")
        return relay

    async def get_meant(
        self, number: int | None, speaker: User, request: RequestId | None = None
    ) -> Task:
        """The task with that number or, without one, the only open task of the speaker.

        If `request` was carried out before, a repeat gets the same task.

        Raises:
            InvalidInputError: no number was given, and the speaker has several open tasks or none.
            NotFoundError: this workspace has no task with that number.
        """
        if number is not None:
            return await self.get_by_number(number, speaker.team_id)
        if request is not None and (event := await self._tasks.find_event(request)) is not None:
            return await self.get(event.task_id, speaker.team_id)
        owned = await self._tasks.list_owned(speaker.team_id, speaker.id, _NAMED_AT_MOST + 1)
        if len(owned) == 1:
            return owned[0]
        raise InvalidInputError(_which_one(owned) if owned else "You have no open task.")

    async def get_outcome(
        self, signalled: Awaitable[Answered], change: TaskChange, team_id: TeamId
    ) -> Task | None:
        """The task after a signalled change, or None if the outcome is not known yet.

        Raises:
            ChangeRefusedError: the rules forbid the change, or it came too late.
        """
        try:
            return (await signalled).task_after()
        except WorkflowEndedError:
            return await self._get_after_end(change, team_id)

    async def _get_after_end(self, change: TaskChange, team_id: TeamId) -> Task:
        """Read the result from the store when the task's workflow has ended.

        Either the change is a repeat, or it came too late.
        """
        task = await self.get(change.task_id, team_id)
        if await self._tasks.find_event(change.id) is None:
            decide(task, change)
            raise RuntimeError(f"{change.kind} of {task.id} is allowed, but no workflow runs")
        return task


def _which_one(tasks: list[Task]) -> str:
    named = [f"{task.key} {task.title}" for task in tasks[:_NAMED_AT_MOST]]
    more = ["and more, see `/task list`"] if len(tasks) > _NAMED_AT_MOST else []
    return "\n".join(["Which task? Say its number. Yours are:", *named, *more])
