"""`/api/tasks`: make, find, edit and complete tasks, and read their trail."""

from typing import Any

from bot.api.inputs import (
    Nothing,
    TaskComplete,
    TaskCreate,
    TaskPageQuery,
    TaskPatch,
    TrailPageQuery,
)
from bot.api.operations import Answer, Call, In, Operation
from bot.api.outputs import EventOut, TaskOut, TaskPage, TaskWritten, TrailPage
from bot.api.people import People
from bot.commands import CreateTask
from bot.services.task_service import TaskEdit, TaskService
from bot.services.temporal_service import lifecycle_id
from relai_core.domain.decisions import ChangeRefusedError, RefusalReason
from relai_core.domain.ids import SlackUserId, TaskId, TeamId, task_id
from relai_core.domain.task import Task, parse_task_number
from relai_core.domain.task_query import TaskQuery
from relai_core.domain.user import User


class TaskApi:
    """The operations on tasks."""

    def __init__(self, tasks: TaskService, people: People) -> None:
        self._tasks = tasks
        self._people = people

    def operations(self) -> list[Operation[Any]]:
        return [
            Operation(
                id="create_task",
                method="POST",
                path="/tasks",
                summary="Make a task. It starts a TaskLifecycleWorkflow.",
                takes=TaskCreate,
                gives={201: TaskWritten, 202: TaskWritten},
                carry_out=self.on_create,
                recall=self.on_create_again,
                links=_LINKS,
            ),
            Operation(
                id="list_tasks",
                method="GET",
                path="/tasks",
                summary="List tasks, the newest first. All that is given must fit.",
                takes=TaskPageQuery,
                gives={200: TaskPage},
                carry_out=self.on_list,
            ),
            Operation(
                id="get_task",
                method="GET",
                path="/tasks/{task}",
                summary="Show a task, by its id or its T-number.",
                takes=Nothing,
                gives={200: TaskOut},
                carry_out=self.on_get,
            ),
            Operation(
                id="patch_task",
                method="PATCH",
                path="/tasks/{task}",
                summary="Edit a task, report its progress, or cancel it.",
                takes=TaskPatch,
                gives={202: TaskWritten},
                carry_out=self.on_patch,
                recall=self.on_change_again,
            ),
            Operation(
                id="complete_task",
                method="POST",
                path="/tasks/{task}/complete",
                summary="Mark a task complete. It signals the task's workflow.",
                takes=TaskComplete,
                gives={202: TaskWritten},
                carry_out=self.on_complete,
                recall=self.on_change_again,
            ),
            Operation(
                id="get_trail",
                method="GET",
                path="/tasks/{task}/trail",
                summary="Read what happened to a task, oldest first.",
                takes=TrailPageQuery,
                gives={200: TrailPage},
                carry_out=self.on_trail,
            ),
        ]

    async def on_create(self, call: Call[TaskCreate]) -> Answer:
        given, team_id = call.given, call.team_id
        owner = await self._people.receiver(team_id, given.assignedTo, "assignedTo")
        creator = owner
        if given.creator is not None:
            creator = await self._people.speaker(team_id, given.creator, "creator")
        wish = CreateTask(given.title, given.description, owner.id, given.estimatedHandoff)
        about = task_id(team_id, call.request)
        try:
            task = await self._tasks.create(
                wish, creator=creator, request=call.request, via=call.via
            )
        except ChangeRefusedError as refused:
            # The owner has just become unreachable, so the task exists with its creator.
            return _written(201, call, about, refused.task, refused.reason)
        return _written(201 if task else 202, call, about, task)

    async def on_create_again(self, call: Call[TaskCreate]) -> Answer | None:
        task = await self._tasks.find_done(call.request, call.team_id)
        return _written(201, call, task.id, task) if task else None

    async def on_change_again(self, call: Call[In]) -> Answer | None:
        task = await self._tasks.find_done(call.request, call.team_id)
        return _written(202, call, task.id, task) if task else None

    async def on_list(self, call: Call[TaskPageQuery]) -> Answer:
        given, team_id = call.given, call.team_id
        query = TaskQuery(
            team_id=team_id,
            owner=await self._person(team_id, given.assignee, "assignee"),
            creator=await self._person(team_id, given.creator, "creator"),
            status=given.status,
            due_after=given.due_after,
            due_before=given.due_before,
            below=parse_task_number(given.cursor) if given.cursor else None,
        )
        found = await self._tasks.list_page(query, given.limit + 1)
        page = found[: given.limit]
        more = page[-1].key if len(found) > given.limit else None
        return Answer(200, TaskPage(tasks=[TaskOut.of(task) for task in page], next_cursor=more))

    async def on_get(self, call: Call[Nothing]) -> Answer:
        return Answer(200, TaskOut.of(await self._tasks.get_named(call.name, call.team_id)))

    async def on_patch(self, call: Call[TaskPatch]) -> Answer:
        task = await self._tasks.get_named(call.name, call.team_id)
        actor = await self._actor(call.given.actor, task)
        after = await self._patch(task, call, actor)
        return _written(202, call, task.id, after)

    async def on_complete(self, call: Call[TaskComplete]) -> Answer:
        task = await self._tasks.get_named(call.name, call.team_id)
        actor = await self._actor(call.given.actor, task)
        after = await self._tasks.complete(task.id, actor=actor, request=call.request, via=call.via)
        return _written(202, call, task.id, after)

    async def on_trail(self, call: Call[TrailPageQuery]) -> Answer:
        limit = call.given.limit
        task = await self._tasks.get_named(call.name, call.team_id)
        found = await self._tasks.list_trail(
            task, after=int(call.given.cursor or 0), limit=limit + 1
        )
        page = found[:limit]
        more = str(page[-1].version) if len(found) > limit else None
        events = [EventOut.of(event) for event in page]
        return Answer(200, TrailPage(events=events, next_cursor=more))

    async def _patch(self, task: Task, call: Call[TaskPatch], actor: User) -> Task | None:
        given, request, via = call.given, call.request, call.via
        if given.is_edit:
            edit = TaskEdit(given.title, given.description, given.estimatedHandoff)
            return await self._tasks.edit(task.id, edit, actor=actor, request=request, via=via)
        if given.progress is not None:
            return await self._tasks.progress(
                task.id, given.progress, actor=actor, request=request, via=via
            )
        return await self._tasks.cancel(task.id, actor=actor, request=request, via=via)

    async def _actor(self, reference: str | None, task: Task) -> User:
        return await self._people.speaker(task.team_id, reference or task.owner, "actor")

    async def _person(
        self, team_id: TeamId, reference: str | None, field: str
    ) -> SlackUserId | None:
        if reference is None:
            return None
        return (await self._people.named(team_id, reference, field)).id


def _written(
    status: int,
    call: Call[In],
    about: TaskId,
    task: Task | None,
    refusal: RefusalReason | None = None,
) -> Answer:
    workflow_id = lifecycle_id(about)
    # A new task that is saved but not carried out has a workflow and no document yet.
    location = f"/api/tasks/{about}" if task else f"/api/workflows/{workflow_id}"
    content = TaskWritten(
        refusal=refusal,
        workflow_id=workflow_id,
        request_id=call.request,
        location=location,
        done=task is not None,
        task_id=about,
        task=TaskOut.of(task) if task else None,
    )
    return Answer(status, content, location)


_ABOUT_THE_TASK = ("get_task", "patch_task", "complete_task", "get_trail", "relay_task")
_LINKS = dict.fromkeys(_ABOUT_THE_TASK, "task_id")
