"""Reads tasks together with their trails, many at a time."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from relai_core.domain.ids import RelayId, TaskId
from relai_core.domain.task import TaskStatus
from relai_core.domain.trail import Step, Trail
from relai_core.store.connection import Collection, Connection, Document
from relai_core.store.snapshot import Snapshot, a_snapshot
from relai_core.store.soundness import sound

_BATCH = 500
"""Tasks read at once: so many that there are few reads, so few that memory stays small."""


class Trails:
    """Each trail is of one instant, whatever is written meanwhile."""

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo
        self._tasks = mongo.collection("tasks")
        self._archived = mongo.collection("tasks_archive")
        self._relays = mongo.collection("relays")
        self._events = mongo.collection("task_events")

    async def read(self) -> AsyncIterator[Trail]:
        """The trail of every task. One that is being archived may come twice, but never not."""
        for collection in (self._tasks, self._archived):
            after = ""
            while trails := await self._read(collection, {"_id": {"$gt": after}}):
                for trail in trails:
                    yield trail
                after = trails[-1].task_id

    async def find(self, task_id: TaskId) -> Trail | None:
        """The trail of one task."""
        for collection in (self._tasks, self._archived):
            if trails := await self._read(collection, {"_id": task_id}):
                return trails[0]
        return None

    async def _read(self, collection: Collection, wanted: Document) -> list[Trail]:
        async with a_snapshot(self._mongo) as snapshot:
            fields = ["version", "owner", "status", "relay"]
            readable = {**wanted, **sound(collection.name)}
            tasks = await snapshot.find(collection, readable, fields, limit=_BATCH)
            events = await self._events_of([task["_id"] for task in tasks], snapshot)
            relays = await self._relays_of(tasks, events, snapshot)
        steps: defaultdict[str, list[Step]] = defaultdict(list)
        for event in events:
            steps[event["task_id"]].append(_step(event))
        return [_trail(task, steps[task["_id"]], relays) for task in tasks]

    async def _events_of(self, task_ids: list[str], snapshot: Snapshot) -> list[Document]:
        fields = ["task_id", "version", "kind", "owner", "relay_id"]
        of_them = {"task_id": {"$in": task_ids}, **sound("task_events")}
        return await snapshot.find(self._events, of_them, fields)

    async def _relays_of(
        self, tasks: Sequence[Document], events: Sequence[Document], snapshot: Snapshot
    ) -> dict[str, bool]:
        """Whether each hand-over that these name is open; left out is what is not there.

        One that can't be read is there, and its end is all that is asked for.
        """
        by_events = {event["relay_id"] for event in events if event.get("relay_id")}
        by_tasks = {task["relay"]["id"] for task in tasks if task.get("relay")}
        named = {"_id": {"$in": list(by_events | by_tasks)}}
        found = await snapshot.find(self._relays, named, ["end"])
        return {relay["_id"]: relay.get("end") is None for relay in found}


def _step(event: Document) -> Step:
    return Step(event["version"], event["kind"], event["owner"], event.get("relay_id"))


def _trail(task: Document, steps: list[Step], relays: dict[str, bool]) -> Trail:
    relay = task.get("relay")
    named = {RelayId(step.relay_id) for step in steps if step.relay_id}
    named |= {RelayId(relay["id"])} if relay else set()
    return Trail(
        task_id=task["_id"],
        version=task["version"],
        owner=task["owner"],
        is_open=task["status"] == TaskStatus.OPEN,
        open_relay=relay["id"] if relay and relay.get("end") is None else None,
        steps=tuple(sorted(steps, key=lambda step: step.version)),
        relays={relay_id: relays[relay_id] for relay_id in named if relay_id in relays},
    )
