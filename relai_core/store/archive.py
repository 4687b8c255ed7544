"""Moves closed tasks into an archive of their own, so queries for open tasks stay fast."""

from datetime import datetime

from pymongo import ReplaceOne

from relai_core.store.connection import Connection, Document


class Archive:
    """Fills `tasks_archive` from `tasks`."""

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo
        self._tasks = mongo.collection("tasks")
        self._archived = mongo.collection("tasks_archive")

    async def move(self, before: datetime, limit: int) -> int:
        """Move up to `limit` tasks closed before `before`, the longest closed first.

        Returns:
            The number of moved tasks. Each is in exactly one of the two collections at every
            instant.
        """
        closed = {"open": False, "closed_at": {"$lt": before}}
        documents = await self._tasks.find(closed).sort("closed_at", 1).limit(limit).to_list(None)
        return await self._move(documents) if documents else 0

    async def _move(self, documents: list[Document]) -> int:
        ids = [document["_id"] for document in documents]
        copies = [ReplaceOne({"_id": copy["_id"]}, copy, upsert=True) for copy in documents]
        async with self._mongo.transaction() as session:
            await self._archived.bulk_write(copies, session=session)
            moved = await self._tasks.delete_many({"_id": {"$in": ids}}, session=session)
        return moved.deleted_count
