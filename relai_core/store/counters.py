"""The numbers that people call tasks by, counted for each workspace."""

from pymongo import ReturnDocument

from relai_core.domain.ids import TeamId
from relai_core.store.connection import Connection


class Counters:
    """Gives each number out once. Gaps are allowed: a number whose task failed is not reused."""

    def __init__(self, mongo: Connection) -> None:
        self._counters = mongo.collection("counters")

    async def next_number(self, team_id: TeamId) -> int:
        """The workspace's next number, 1 at first.

        Not to be called in a transaction, where all creators would wait for each other.
        """
        while (number := await self._increment(team_id)) is None:
            start = {"$setOnInsert": {"seq": 0}}
            await self._counters.update_one({"_id": team_id}, start, upsert=True)
        return number

    async def _increment(self, team_id: TeamId) -> int | None:
        document = await self._counters.find_one_and_update(
            {"_id": team_id}, {"$inc": {"seq": 1}}, return_document=ReturnDocument.AFTER
        )
        return int(document["seq"]) if document else None
