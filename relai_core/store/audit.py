"""Everything there is, read page by page while the system runs, to be checked against itself."""

from collections.abc import AsyncIterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

from relai_core.domain.census import Census
from relai_core.domain.ids import NoticeKey, RelayId, RequestId, TaskId, TeamId
from relai_core.domain.notice import NoticeKind, NoticeRow, NoticeState
from relai_core.domain.relay import Relay
from relai_core.domain.task import Task
from relai_core.domain.trail import CLOSES_IT, Trail
from relai_core.store.census import CensusTaker
from relai_core.store.connection import Collection, Connection, Document
from relai_core.store.documents import from_document
from relai_core.store.soundness import Soundness, Unsound, sound
from relai_core.store.trails import Trails

_PAGE = 1000
_REMINDERS = tuple(kind for kind in NoticeKind if kind.is_reminder)


class OpenTask(NamedTuple):
    """A task that is open."""

    id: TaskId
    created_at: datetime


class Standing(NamedTuple):
    """That a task or a hand-over is in the store; and since when it is over, if that can be read.

    It is there even if the rest of it can't be read.
    """

    id: str
    over_since: datetime | None


class Closing(NamedTuple):
    """A closed task, the request that closed it, and the hand-over that was open until then."""

    task: Task
    request: RequestId
    settled: RelayId | None


class MongoAuditStore:
    """Reads only, in pages. What is there all the time while it reads is never missed.

    What can't be read is passed over, but where is asked whether something is there.
    """

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo
        self._tasks = mongo.collection("tasks")
        self._archived = mongo.collection("tasks_archive")
        self._relays = mongo.collection("relays")
        self._events = mongo.collection("task_events")
        self._notices = mongo.collection("notices")
        self._trails = Trails(mongo)
        self._census = CensusTaker(mongo)
        self._soundness = Soundness(mongo)

    async def count(self, limbo_before: datetime) -> dict[TeamId, Census]:
        """Count each workspace; in limbo is a hand-over whose moment was before `limbo_before`."""
        return await self._census.count(limbo_before)

    async def unsound(self) -> AsyncIterator[Unsound]:
        """Documents that can't be read."""
        async for found in self._soundness.unsound():
            yield found

    async def misfiled(self, among: Sequence[TaskId] | None = None) -> list[TaskId]:
        """Tasks of which lists go by what the task does not say, of these or of all."""
        return await self._soundness.misfiled(among)

    async def server_time(self) -> datetime:
        """MongoDB's clock."""
        return await self._mongo.server_time()

    def trails(self) -> AsyncIterator[Trail]:
        """The trail of every task. One that is being archived may come twice."""
        return self._trails.read()

    async def find_trail(self, task_id: TaskId) -> Trail | None:
        """The trail of one task."""
        return await self._trails.find(task_id)

    async def lost_tasks(self) -> AsyncIterator[TaskId]:
        """Tasks that have a trail, and are in the store no more."""
        async for page in self._pages(self._events, {"kind": "created"}, ["task_id"]):
            ids = [TaskId(document["task_id"]) for document in page]
            known = await self.find_tasks(ids)
            for lost in ids:
                if lost not in known:
                    yield lost

    async def open_tasks(self) -> AsyncIterator[OpenTask]:
        """Every open task."""
        async for page in self._pages(self._tasks, {"open": True}, ["created_at"]):
            for document in page:
                yield OpenTask(document["_id"], document["created_at"])

    async def open_relays(self) -> AsyncIterator[Relay]:
        """Every hand-over that has not ended."""
        async for page in self._pages(self._relays, {"end": None}):
            for document in page:
                yield from_document(Relay, document)

    async def ended_relays(self, after: datetime, before: datetime) -> AsyncIterator[list[Relay]]:
        """Hand-overs that ended between two moments."""
        ended = {"ended_at": {"$gt": after, "$lt": before}}
        async for page in self._pages(self._relays, ended):
            yield [from_document(Relay, document) for document in page]

    async def closings(self, after: datetime, before: datetime) -> AsyncIterator[list[Closing]]:
        """Tasks that were closed between two moments. One that is being archived may come twice."""
        closed = {"closed_at": {"$gt": after, "$lt": before}}
        for collection in (self._tasks, self._archived):
            async for page in self._pages(collection, closed):
                yield await self._closings([from_document(Task, document) for document in page])

    async def unsettled_notices(
        self, after: datetime, before: datetime
    ) -> AsyncIterator[NoticeRow]:
        """Notices that were to be there between two moments, and aren't for certain.

        Left out are planned reminders: one that waits for a better hour stays planned, and so does
        one that a later one has overtaken.
        """
        planned = {"state": NoticeState.PLANNED, "notice.kind": {"$nin": _REMINDERS}}
        wanted = {
            "notice.planned_at": {"$gt": after, "$lt": before},
            "$or": [{"state": NoticeState.AMBIGUOUS}, planned],
        }
        async for page in self._pages(self._notices, wanted):
            for document in page:
                yield from_document(NoticeRow, document, key="key")

    async def failed_notices(
        self, after: datetime, reasons_apart: AbstractSet[str]
    ) -> AsyncIterator[NoticeRow]:
        """Notices that were to be there after that, and were refused for other reasons."""
        wanted = {
            "state": NoticeState.FAILED,
            "reason": {"$nin": sorted(reasons_apart)},
            "notice.planned_at": {"$gt": after},
        }
        async for page in self._pages(self._notices, wanted):
            for document in page:
                yield from_document(NoticeRow, document, key="key")

    async def find_notice(self, key: NoticeKey) -> NoticeRow | None:
        """One row of the ledger."""
        with self._mongo.bounded():
            document = await self._notices.find_one({"_id": key})
        return from_document(NoticeRow, document, key="key") if document else None

    async def known_notices(self, keys: Sequence[NoticeKey]) -> set[NoticeKey]:
        """Those of these notices that the ledger knows, in whatever state."""
        with self._mongo.bounded():
            cursor = self._notices.find({"_id": {"$in": list(keys)}}, ["_id"])
            return {document["_id"] for document in await cursor.to_list(None)}

    async def find_tasks(self, ids: Sequence[TaskId]) -> dict[str, Standing]:
        """Those of these tasks that the store holds, by id."""
        # In this order: a task that is being moved is never missed.
        found = await self._find(self._tasks, ids, "closed_at")
        missing = [each for each in ids if each not in found]
        return found | (await self._find(self._archived, missing, "closed_at") if missing else {})

    async def find_relays(self, ids: Sequence[RelayId]) -> dict[str, Standing]:
        """Those of these hand-overs that the store holds, by id."""
        return await self._find(self._relays, ids, "ended_at")

    async def hand_overs_of(self, task_id: TaskId) -> set[RelayId]:
        """All hand-overs of a task, as its trail names them."""
        with self._mongo.bounded():
            cursor = self._events.find({"task_id": task_id}, ["relay_id"])
            return {each["relay_id"] for each in await cursor.to_list(None) if each.get("relay_id")}

    async def _find(
        self, collection: Collection, ids: Sequence[str], over: str
    ) -> dict[str, Standing]:
        with self._mongo.bounded():
            cursor = collection.find({"_id": {"$in": list(ids)}}, [over])
            documents = await cursor.to_list(None)
        return {each["_id"]: Standing(each["_id"], _moment(each.get(over))) for each in documents}

    async def _closings(self, tasks: list[Task]) -> list[Closing]:
        """Each with the last event of its trail, which closed it."""
        by_id = {task.id: task for task in tasks}
        wanted = {"task_id": {"$in": list(by_id)}, "kind": {"$in": sorted(CLOSES_IT)}}
        with self._mongo.bounded():
            cursor = self._events.find({**wanted, **sound("task_events")}, ["task_id", "settled"])
            events = await cursor.to_list(None)
        return [Closing(by_id[e["task_id"]], e["_id"], e.get("settled")) for e in events]

    async def _pages(
        self, collection: Collection, wanted: Document, fields: Sequence[str] | None = None
    ) -> AsyncIterator[list[Document]]:
        after = ""
        while True:
            page = {**wanted, **sound(collection.name), "_id": {"$gt": after}}
            with self._mongo.bounded():
                cursor = collection.find(page, fields).sort("_id", 1).limit(_PAGE)
                documents = await cursor.to_list(None)
            if not documents:
                return
            yield documents
            after = documents[-1]["_id"]


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
