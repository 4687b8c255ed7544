"""Counts for monitoring, by MongoDB itself and from indexes alone."""

from collections.abc import Mapping
from datetime import datetime

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
        is_overdue = {"$cond": [{"$lt": ["$due_order", at]}, 1, 0]}
        with self._mongo.bounded():
            tasks = await _grouped(
                self._tasks,
                {"team_id": team_id, "open": True},
                "offered",
                {"overdue": {"$sum": is_overdue}},
            )
            relays = await _grouped(self._relays, {"team_id": team_id}, "end")
            notices = await _grouped(self._notices, {"notice.team_id": team_id}, "state")
        return Figures(
            open_tasks={"offered" if row["_id"] else "held": row["count"] for row in tasks},
            overdue=sum(row["overdue"] for row in tasks),
            relays={row["_id"] or "open": row["count"] for row in relays},
            notices={row["_id"]: row["count"] for row in notices},
        )


async def _grouped(
    collection: Collection, wanted: Document, field: str, sums: Mapping[str, object] | None = None
) -> list[Document]:
    group = {"_id": f"${field}", "count": {"$sum": 1}, **(sums or {})}
    return await collection.aggregate([{"$match": wanted}, {"$group": group}]).to_list(None)
