"""Counts for monitoring, by MongoDB itself and from indexes alone."""

from datetime import datetime
from typing import Any

from relai_core.domain.figures import Figures
from relai_core.domain.ids import TeamId
from relai_core.store.connection import Collection, Connection, Document


class MongoFigureStore:
    """Fulfils `relai_core.ports.FigureStore`."""

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo
        self._tasks = mongo.collection("tasks")
        self._relays = mongo.collection("relays")
        self._notices = mongo.collection("notices")

    async def count(self, team_id: TeamId, at: datetime) -> Figures:
        open_tasks: Document = {"team_id": team_id, "open": True}
        with self._mongo.bounded():
            held = await self._tasks.count_documents(open_tasks)
            offered = await self._tasks.count_documents({"team_id": team_id, "offered": True})
            overdue = await self._tasks.count_documents(open_tasks | {"due_order": {"$lt": at}})
            relays = await _grouped(self._relays, {"team_id": team_id}, "end")
            notices = await _grouped(self._notices, {"notice.team_id": team_id}, "state")
        return Figures(
            open_tasks={"held": held - offered, "offered": offered},
            overdue=overdue,
            relays={end or "open": count for end, count in relays.items()},
            notices=notices,
        )


async def _grouped(collection: Collection, wanted: Document, field: str) -> dict[Any, int]:
    pipeline = [{"$match": wanted}, {"$group": {"_id": f"${field}", "count": {"$sum": 1}}}]
    rows = await collection.aggregate(pipeline).to_list(None)
    return {row["_id"]: row["count"] for row in rows}
