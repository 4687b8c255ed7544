"""Tasks: make, complete, report, show, list. The store enforces the rules at the write."""

import asyncio
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.commands import CreateTask
from bot.services.durable_calls import WorkflowEndedError
from bot.services.task_lookup import TaskLookup
from bot.services.temporal_service import TemporalService, lifecycle_id
from bot.services.text_limits import require_fits
from bot.services.user_service import UserService
from relai_core.clock import Clock, utc_now
from relai_core.domain.changes import Cancelled, Completed, Edited, Progressed, TaskEvent
from relai_core.domain.ids import RequestId, TaskId, TeamId, TokenName, task_id
from relai_core.domain.task import DESCRIPTION_LIMIT, TITLE_LIMIT, NewTask, Task
from relai_core.domain.task_query import TaskQuery
from relai_core.domain.user import User
from relai_core.errors import InvalidInputError
from relai_core.ports import TaskStore

FARTHEST_DUE = timedelta(days=3650)
"""A due date later than this is probably a typing mistake, and a workflow would wait for it."""
_LISTED_AT_MOST = 500
"""Tasks read per list: more than a person holds. The answer shows some and counts the rest."""


class TaskLists(NamedTuple):
    """A person's open tasks: offered to them, owned by them, created by them for others."""

    offered: list[Task]
    owned: list[Task]
    created: list[Task]


class TaskEdit(NamedTuple):
    """New values for a task's fields. A field that is None keeps its value."""

    title: str | None = None
    description: str | None = None
    due_at: datetime | None = None


class TaskService:
    """The use cases of `/task`, of a card's buttons and of `/api/tasks`.

    Each write returns the changed task, or None if the request is saved and not yet carried out.
    If the rules forbid the change, it raises `ChangeRefusedError`. `via` names the API token that
    acts in the actor's name.
    """

    def __init__(
        self,
        tasks: TaskStore,
        users: UserService,
        temporal: TemporalService,
        now: Clock = utc_now,
    ) -> None:
        self._tasks = tasks
        self._lookup = TaskLookup(tasks)
        self._users = users
        self._temporal = temporal
        self._now = now

    async def create(
        self,
        wish: CreateTask,
        *,
        creator: User,
        request: RequestId,
        via: TokenName | None = None,
    ) -> Task | None:
        """Make a task, which its owner holds at once.

        Raises:
            InvalidInputError: the title is missing, a text is too long, or the due date is past.
            NotAllowedError: the owner can't be given tasks.
        """
        now = self._now()
        _require_sayable(wish.title, wish.description)
        _require_ahead(wish.due_at, now)
        owner = wish.owner or creator.id
        if owner != creator.id:
            await self._users.get_receiver(creator.team_id, owner)
        new = NewTask(
            id=task_id(creator.team_id, request),
            team_id=creator.team_id,
            request_id=request,
            title=wish.title,
            description=wish.description,
            creator=creator.id,
            owner=owner,
            due_at=wish.due_at,
            created_at=now,
            via=via,
        )
        try:
            answered = await self._temporal.start_task_lifecycle_workflow(new)
        except WorkflowEndedError:
            return await self._lookup.get(new.id, creator.team_id)
        return answered.task_after()

    async def complete(
        self, task_id: TaskId, *, actor: User, request: RequestId, via: TokenName | None = None
    ) -> Task | None:
        """Mark a task complete; only the owner and the creator may."""
        task = await self._lookup.get(task_id, actor.team_id)
        change = Completed(id=request, task_id=task.id, at=self._now(), actor=actor.id, via=via)
        signalled = self._temporal.signal_task_completed(lifecycle_id(task.id), change=change)
        return await self._lookup.get_outcome(signalled, change, actor.team_id)

    async def complete_meant(
        self, number: int | None, *, actor: User, request: RequestId
    ) -> Task | None:
        """Mark a task complete by its number or, without a number, the actor's only open task."""
        task = await self._lookup.get_meant(number, actor, request)
        return await self.complete(task.id, actor=actor, request=request)

    async def report_progress(
        self, number: int | None, progress: int, *, actor: User, request: RequestId
    ) -> Task | None:
        """Set a task's progress by its number; only the owner may."""
        if not 0 <= progress <= 100:
            raise InvalidInputError("Progress is a number from 0 to 100.", field="progress")
        task = await self._lookup.get_meant(number, actor, request)
        return await self.progress(task.id, progress, actor=actor, request=request)

    async def progress(
        self,
        task_id: TaskId,
        progress: int,
        *,
        actor: User,
        request: RequestId,
        via: TokenName | None = None,
    ) -> Task | None:
        """Set a task's progress, from 0 to 100; only the owner may."""
        change = Progressed(
            id=request, task_id=task_id, at=self._now(), actor=actor.id, progress=progress, via=via
        )
        signalled = self._temporal.signal_task_progressed(lifecycle_id(task_id), change=change)
        return await self._lookup.get_outcome(signalled, change, actor.team_id)

    async def edit(
        self,
        task_id: TaskId,
        edit: TaskEdit,
        *,
        actor: User,
        request: RequestId,
        via: TokenName | None = None,
    ) -> Task | None:
        """Edit a task; only the owner and the creator may.

        Raises:
            InvalidInputError: the title is empty, a text is too long, or the due date is past.
        """
        now = self._now()
        _require_sayable(edit.title, edit.description)
        _require_ahead(edit.due_at, now)
        change = Edited(
            id=request, task_id=task_id, at=now, actor=actor.id, via=via, **edit._asdict()
        )
        signalled = self._temporal.signal_task_edited(lifecycle_id(task_id), change=change)
        return await self._lookup.get_outcome(signalled, change, actor.team_id)

    async def cancel(
        self, task_id: TaskId, *, actor: User, request: RequestId, via: TokenName | None = None
    ) -> Task | None:
        """Cancel a task; only the owner and the creator may."""
        change = Cancelled(id=request, task_id=task_id, at=self._now(), actor=actor.id, via=via)
        signalled = self._temporal.signal_task_cancelled(lifecycle_id(task_id), change=change)
        return await self._lookup.get_outcome(signalled, change, actor.team_id)

    async def get(self, number: int, *, viewer: User) -> Task:
        """Read a task of the viewer's workspace by its number."""
        return await self._lookup.get_by_number(number, viewer.team_id)

    async def get_named(self, name: str, team_id: TeamId) -> Task:
        """Read a task of a workspace by its T-number or its id."""
        return await self._lookup.get_named(name, team_id)

    async def find_done(self, request: RequestId, team_id: TeamId) -> Task | None:
        """The task in its present state if `request` has been carried out on it, else None."""
        event = await self._tasks.find_event(request)
        return await self._lookup.get(event.task_id, team_id) if event else None

    async def list_page(self, query: TaskQuery, limit: int) -> list[Task]:
        """Up to `limit` tasks that match the query, the newest first."""
        return await self._tasks.list_page(query, limit)

    async def list_trail(self, task: Task, *, after: int, limit: int) -> list[TaskEvent]:
        """The task's events after the version `after`, oldest first, at most `limit`."""
        return await self._tasks.list_events(task.id, after=after, limit=limit)

    async def list_for(self, viewer: User) -> TaskLists:
        """The open tasks that the viewer must answer, owns, or has given to others."""
        team_id, person = viewer.team_id, viewer.id
        offered, owned, created = await asyncio.gather(
            self._tasks.list_offered(team_id, person, _LISTED_AT_MOST),
            self._tasks.list_owned(team_id, person, _LISTED_AT_MOST),
            self._tasks.list_created(team_id, person, _LISTED_AT_MOST),
        )
        return TaskLists(offered, owned, created)


def _require_sayable(title: str | None, description: str | None) -> None:
    if title == "":
        raise InvalidInputError("A task needs a title.", field="title")
    require_fits("title", title, TITLE_LIMIT, "Put the rest into the description.")
    require_fits("description", description, DESCRIPTION_LIMIT)


def _require_ahead(due_at: datetime | None, now: datetime) -> None:
    if due_at is not None and due_at <= now:
        raise InvalidInputError("The due date has already passed.", field="due")
    if due_at is not None and due_at > now + FARTHEST_DUE:
        raise InvalidInputError("The due date is more than ten years away.", field="due")
