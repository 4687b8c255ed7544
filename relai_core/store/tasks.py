"""Tasks, their relays and their trail in MongoDB."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from relai_core.domain.changes import TaskChange, TaskEvent
from relai_core.domain.decisions import (
    ChangeRefusedError,
    RefusalReason,
    decide,
    ended_relay,
    event_of,
    numbered,
)
from relai_core.domain.ids import RelayId, RequestId, SlackUserId, TaskId, TeamId
from relai_core.domain.relay import Relay
from relai_core.domain.task import NewTask, Task
from relai_core.domain.task_query import TaskQuery
from relai_core.errors import NotFoundError
from relai_core.ports import Applied
from relai_core.store.archive import Archive
from relai_core.store.connection import Connection, Document, LostRaceError, Session
from relai_core.store.counters import Counters
from relai_core.store.documents import as_stored, from_document, to_document
from relai_core.store.task_pages import TaskPages

NO_DUE_DATE = datetime(9999, 12, 31, tzinfo=UTC)
"""Sorts after every real date: MongoDB itself would put a missing date first."""
_BY_DUE_DATE = (("due_order", 1), ("number", 1))
_BY_URGENCY = (("relay.answer_by", 1), ("number", 1))


class MongoTaskStore:
    """Fulfils `relai_core.ports.TaskStore`.

    A change is decided on the task as read and written on condition that it still has that
    version, together with its event and its relays. If another writer was faster, it is decided
    again.
    """

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo
        self._tasks = mongo.collection("tasks")
        self._archived = mongo.collection("tasks_archive")
        self._relays = mongo.collection("relays")
        self._events = mongo.collection("task_events")
        self._counters = Counters(mongo)
        self._archive = Archive(mongo)
        self._pages = TaskPages(mongo)

    async def create(self, new: NewTask) -> Task:
        with self._mongo.bounded():
            return await self._mongo.retried(partial(self._create, as_stored(new)))

    async def find(self, task_id: TaskId) -> Task | None:
        return await self._find({"_id": task_id})

    async def find_by_number(self, team_id: TeamId, number: int) -> Task | None:
        return await self._find({"team_id": team_id, "number": number})

    async def list_owned(self, team_id: TeamId, owner: SlackUserId, limit: int) -> list[Task]:
        wanted = {"team_id": team_id, "owner": owner, "open": True}
        return await self._list(wanted, _BY_DUE_DATE, limit)

    async def list_created(self, team_id: TeamId, creator: SlackUserId, limit: int) -> list[Task]:
        wanted = {"team_id": team_id, "creator": creator, "open": True, "given": True}
        return await self._list(wanted, _BY_DUE_DATE, limit)

    async def list_offered(self, team_id: TeamId, to_user: SlackUserId, limit: int) -> list[Task]:
        wanted = {"team_id": team_id, "relay.to_user": to_user, "offered": True}
        return await self._list(wanted, _BY_URGENCY, limit)

    async def list_page(self, query: TaskQuery, limit: int) -> list[Task]:
        with self._mongo.bounded():
            return await self._pages.read(query, limit)

    async def apply(self, change: TaskChange) -> Applied:
        with self._mongo.bounded():
            return await self._mongo.retried(partial(self._apply, as_stored(change)))

    async def find_relay(self, relay_id: RelayId) -> Relay | None:
        with self._mongo.bounded():
            document = await self._relays.find_one({"_id": relay_id})
        return from_document(Relay, document) if document else None

    async def list_events(
        self, task_id: TaskId, *, after: int = 0, limit: int | None = None
    ) -> list[TaskEvent]:
        with self._mongo.bounded():
            wanted = {"task_id": task_id, "version": {"$gt": after}}
            cursor = self._events.find(wanted).sort("version", 1).limit(limit or 0)
            documents = await cursor.to_list(None)
        return [from_document(TaskEvent, document) for document in documents]

    async def find_event(self, request_id: RequestId) -> TaskEvent | None:
        with self._mongo.bounded():
            document = await self._events.find_one({"_id": request_id})
        return from_document(TaskEvent, document) if document else None

    async def archive_closed(self, before: datetime, limit: int) -> int:
        with self._mongo.bounded():
            return await self._mongo.retried(partial(self._archive.move, before, limit))

    async def _find(self, wanted: Document) -> Task | None:
        with self._mongo.bounded():
            # In this order: a task that is being moved is never missed.
            document = await self._tasks.find_one(wanted) or await self._archived.find_one(wanted)
        return from_document(Task, document) if document else None

    async def _list(
        self, wanted: Document, order: Sequence[tuple[str, int]], limit: int
    ) -> list[Task]:
        with self._mongo.bounded():
            documents = await self._tasks.find(wanted).sort(order).limit(limit).to_list(None)
        return [from_document(Task, document) for document in documents]

    async def _create(self, new: NewTask) -> Task:
        if known := await self.find(new.id):
            return known
        task = numbered(new, await self._counters.next_number(new.team_id))
        async with self._mongo.transaction() as session:
            await self._tasks.insert_one(task_document(task), session=session)
            await self._events.insert_one(to_document(_created(new, task)), session=session)
        return task

    async def _apply(self, change: TaskChange) -> Applied:
        task = await self._get(change.task_id)
        if (event := await self.find_event(change.id)) is not None:
            if event.task_id != task.id:
                raise ChangeRefusedError(RefusalReason.ALREADY_USED, task)
            # Read again: the task above may be from before the event.
            return Applied(await self._get(change.task_id), event)
        after = decide(task, change)
        event = event_of(task, after, change)
        async with self._mongo.transaction() as session:
            await self._replace(task, after, session)
            await self._events.insert_one(to_document(event), session=session)
            for relay in _touched_relays(task, after):
                await self._put_relay(relay, session)
        return Applied(after, event)

    async def _get(self, task_id: TaskId) -> Task:
        if (task := await self.find(task_id)) is None:
            raise NotFoundError("There is no such task in this workspace.")
        return task

    async def _replace(self, before: Task, after: Task, session: Session) -> None:
        replaced = await self._tasks.replace_one(
            {"_id": before.id, "version": before.version}, task_document(after), session=session
        )
        if replaced.modified_count == 0:
            raise LostRaceError

    async def _put_relay(self, relay: Relay, session: Session) -> None:
        await self._relays.replace_one(
            {"_id": relay.id}, to_document(relay), upsert=True, session=session
        )


def task_document(task: Task) -> Document:
    """The task's document, with the fields that its indexes need."""
    return to_document(task) | filing(task)


def filing(task: Task) -> Document:
    """Fields for the indexes of a task, which MongoDB can't derive."""
    return {
        "open": task.is_open,
        "given": task.creator != task.owner,
        "offered": task.open_relay is not None,
        "due_order": task.due_at or NO_DUE_DATE,
    }


def _created(new: NewTask, task: Task) -> TaskEvent:
    return TaskEvent(
        id=new.request_id,
        task_id=task.id,
        version=task.version,
        kind="created",
        actor=task.creator,
        owner=task.owner,
        at=task.created_at,
        via=new.via,
    )


def _touched_relays(before: Task, after: Task) -> list[Relay]:
    ended = ended_relay(before, after)
    changed = after.open_relay if after.open_relay != before.open_relay else None
    return [relay for relay in (ended, changed) if relay is not None]
