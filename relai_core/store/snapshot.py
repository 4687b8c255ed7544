"""Several reads of one instant."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from relai_core.store.connection import Collection, Connection, Document, Session


class Snapshot:
    """The database as it was at the first read. MongoDB keeps that instant for five minutes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def find(
        self, collection: Collection, wanted: Document, fields: Sequence[str], limit: int = 0
    ) -> list[Document]:
        """The documents that fit: all of them, or the first `limit` by their ids."""
        found = collection.find(wanted, fields, session=self._session)
        return await (found.sort("_id", 1).limit(limit) if limit else found).to_list(None)

    async def aggregate(self, collection: Collection, *stages: Document) -> list[Document]:
        """What a pipeline gives."""
        return await collection.aggregate(list(stages), session=self._session).to_list(None)


@asynccontextmanager
async def a_snapshot(mongo: Connection) -> AsyncIterator[Snapshot]:
    """Give all reads inside one instant, and one deadline.

    Raises:
        UnavailableError: the server can't be reached, or the deadline passed.
    """
    client = mongo.collection("tasks").database.client
    with mongo.bounded():
        async with await client.start_session(snapshot=True) as session:
            yield Snapshot(session)
