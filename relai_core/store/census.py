"""Counts everything of every workspace at one instant."""

from collections import defaultdict
from datetime import datetime

from relai_core.domain.census import Census
from relai_core.domain.ids import TeamId
from relai_core.store.connection import Connection, Document
from relai_core.store.snapshot import Snapshot, a_snapshot

_TEAM_OF_EVENT = {"$arrayElemAt": [{"$split": ["$task_id", "-"]}, 0]}
_Counts = dict[TeamId, dict[str, int]]


class CensusTaker:
    """By aggregation in the server: what is counted never comes here."""

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo

    async def count(self, limbo_before: datetime) -> dict[TeamId, Census]:
        """Count each workspace; in limbo is a hand-over whose moment was before `limbo_before`."""
        overdue = {"end": None, "answer_by": {"$lt": limbo_before}}
        async with a_snapshot(self._mongo) as snapshot:
            tasks = await self._by(snapshot, "tasks", "$status")
            archived = await self._by(snapshot, "tasks_archive", "archived")
            trail = await self._events(snapshot)
            relays = await self._by(snapshot, "relays", {"$ifNull": ["$end", "open"]})
            limbo = await self._by(snapshot, "relays", "limbo", overdue)
            notices = await self._by(snapshot, "notices", "$state", team="$notice.team_id")
        teams = sorted({*tasks, *archived, *trail, *relays, *notices})
        return {
            team: Census(
                tasks=tasks[team] | archived[team],
                created=trail[team].get("created", 0),
                opened=trail[team].get("relay_opened", 0),
                ended={end: n for end, n in relays[team].items() if end != "open"},
                still_open=relays[team].get("open", 0),
                in_limbo=limbo[team].get("limbo", 0),
                notices=notices[team],
            )
            for team in teams
        }

    async def _events(self, snapshot: Snapshot) -> _Counts:
        kinds = {"kind": {"$in": ["created", "relay_opened"]}}
        return await self._by(snapshot, "task_events", "$kind", kinds, team=_TEAM_OF_EVENT)

    async def _by(
        self,
        snapshot: Snapshot,
        collection: str,
        field: object,
        wanted: Document | None = None,
        team: object = "$team_id",
    ) -> _Counts:
        """How many of each `field` a workspace has; a field without `$` is a name for all."""
        counted: _Counts = defaultdict(dict)
        stages = ({"$match": wanted or {}}, _grouped(team, field))
        for row in await snapshot.aggregate(self._mongo.collection(collection), *stages):
            counted[row["_id"]["team"]][row["_id"]["of"]] = row["count"]
        return counted


def _grouped(team: object, field: object) -> Document:
    return {"$group": {"_id": {"team": team, "of": field}, "count": {"$sum": 1}}}
