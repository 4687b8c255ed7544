"""Reads for the audit, page by page: counts, open tasks and relays, and the ledger of notices."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

from relai_core.domain.ids import NoticeKey, RelayId, RequestId, TaskId, TeamId
from relai_core.domain.notice import NoticeKind, NoticeRow, NoticeState
from relai_core.domain.relay import Relay
from relai_core.domain.task import Task
from relai_core.store.connection import Collection, Connection, Document
from relai_core.store.documents import from_document

Counts = Mapping[str, Mapping[str, int]]
"""Tasks by status, relays by end, notices by state; a missing value means zero."""

_PAGE = 1000
_REMINDERS = tuple(kind for kind in NoticeKind if kind.is_reminder)


class Closing(NamedTuple):
    """A closed task, the request that closed it, and the relay that was open until then."""

    task: Task
    request: RequestId
    settled: RelayId | None


class MongoAuditStore:
    """Pages go by `_id`, so concurrent writes never hide a document that stays."""

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo
        self._tasks = mongo.collection("tasks")
        self._archived = mongo.collection("tasks_archive")
        self._relays = mongo.collection("relays")
        self._events = mongo.collection("task_events")
        self._notices = mongo.collection("notices")

    async def count(self) -> dict[TeamId, Counts]:
        """Count each workspace."""
        counts: dict[TeamId, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        for name, collection, team, value in (
            ("tasks", self._tasks, "$team_id", "$status"),
            ("tasks", self._archived, "$team_id", "archived"),
            ("relays", self._relays, "$team_id", {"$ifNull": ["$end", "open"]}),
            ("notices", self._notices, "$notice.team_id", "$state"),
        ):
            for row in await self._grouped(collection, {"team": team, "value": value}):
                counts[row["_id"]["team"]][name][row["_id"]["value"]] = row["count"]
        return {team: counts[team] for team in sorted(counts)}

    async def open_tasks(self) -> AsyncIterator[TaskId]:
        """Every open task."""
        async for page in self._pages(self._tasks, {"open": True}, ["_id"]):
            for document in page:
                yield document["_id"]

    async def open_relays(self) -> AsyncIterator[RelayId]:
        """Every relay that has not ended."""
        async for page in self._pages(self._relays, {"end": None}, ["_id"]):
            for document in page:
                yield document["_id"]

    async def ended_relays(self, after: datetime) -> AsyncIterator[list[Relay]]:
        """Relays that ended since."""
        async for page in self._pages(self._relays, {"ended_at": {"$gt": after}}):
            yield [from_document(Relay, document) for document in page]

    async def closings(self, after: datetime) -> AsyncIterator[list[Closing]]:
        """Tasks that were closed since. A task that is archived just now may come twice."""
        for collection in (self._tasks, self._archived):
            async for page in self._pages(collection, {"closed_at": {"$gt": after}}):
                yield await self._closings([from_document(Task, document) for document in page])

    async def unsent_notices(self, after: datetime, before: datetime) -> AsyncIterator[NoticeRow]:
        """Notices that were due between two moments and are not surely sent.

        Reminders are left out: a newer reminder replaces an unsent one.
        """
        wanted = {
            "state": {"$in": [NoticeState.PLANNED, NoticeState.AMBIGUOUS]},
            "notice.kind": {"$nin": _REMINDERS},
            "notice.planned_at": {"$gt": after, "$lt": before},
        }
        async for row in self._rows(wanted):
            yield row

    async def failed_notices(
        self, after: datetime, except_for: AbstractSet[str]
    ) -> AsyncIterator[NoticeRow]:
        """Notices due since that Slack refused, for other reasons than these."""
        wanted = {
            "state": NoticeState.FAILED,
            "reason": {"$nin": sorted(except_for)},
            "notice.planned_at": {"$gt": after},
        }
        async for row in self._rows(wanted):
            yield row

    async def find_notice(self, key: NoticeKey) -> NoticeRow | None:
        """A row of the ledger."""
        with self._mongo.bounded():
            document = await self._notices.find_one({"_id": key})
        return from_document(NoticeRow, document, key="key") if document else None

    async def known_notices(self, keys: Sequence[NoticeKey]) -> set[str]:
        """The keys among these that the ledger holds, in any state."""
        return await self._known(self._notices, keys)

    async def known_tasks(self, ids: Sequence[TaskId]) -> set[str]:
        """The ids among these whose task is stored."""
        # In this order: a task that is being archived is never missed.
        return await self._known(self._tasks, ids) | await self._known(self._archived, ids)

    async def over_since(self, task_ids: Sequence[TaskId]) -> dict[TaskId, datetime]:
        """The closing times of the closed tasks among these."""
        closed = {"_id": {"$in": list(task_ids)}, "open": False}
        found: dict[TaskId, datetime] = {}
        for collection in (self._tasks, self._archived):
            with self._mongo.bounded():
                documents = await collection.find(closed, ["closed_at"]).to_list(None)
            found |= {document["_id"]: document["closed_at"] for document in documents}
        return found

    async def relays_of(self, task_id: TaskId) -> set[RelayId]:
        """All relays that a task has had."""
        with self._mongo.bounded():
            cursor = self._events.find(
                {"task_id": task_id, "relay_id": {"$ne": None}}, ["relay_id"]
            )
            return {document["relay_id"] for document in await cursor.to_list(None)}

    async def _closings(self, tasks: list[Task]) -> list[Closing]:
        by_id = {task.id: task for task in tasks}
        wanted = {"task_id": {"$in": list(by_id)}, "kind": {"$in": ["completed", "cancelled"]}}
        with self._mongo.bounded():
            events = await self._events.find(wanted, ["task_id", "settled"]).to_list(None)
        return [Closing(by_id[e["task_id"]], e["_id"], e.get("settled")) for e in events]

    async def _known(self, collection: Collection, ids: Sequence[str]) -> set[str]:
        with self._mongo.bounded():
            documents = await collection.find({"_id": {"$in": list(ids)}}, ["_id"]).to_list(None)
        return {document["_id"] for document in documents}

    async def _grouped(self, collection: Collection, by: Document) -> list[Document]:
        stages = [{"$group": {"_id": by, "count": {"$sum": 1}}}]
        with self._mongo.bounded():
            return await collection.aggregate(stages).to_list(None)

    async def _rows(self, wanted: Document) -> AsyncIterator[NoticeRow]:
        async for page in self._pages(self._notices, wanted):
            for document in page:
                yield from_document(NoticeRow, document, key="key")

    async def _pages(
        self, collection: Collection, wanted: Document, fields: Sequence[str] | None = None
    ) -> AsyncIterator[list[Document]]:
        after = ""
        while True:
            page = {**wanted, "_id": {"$gt": after}}
            with self._mongo.bounded():
                documents = (
                    await collection.find(page, fields).sort("_id", 1).limit(_PAGE).to_list(None)
                )
            if not documents:
                return
            yield documents
            after = documents[-1]["_id"]
