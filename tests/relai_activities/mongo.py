"""Empty databases on a real mongod."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

from pymongo import AsyncMongoClient

from devstack.mongo_server import MongoServer
from relai_core.store.database import Database, connect

TIMEOUT = timedelta(seconds=20)


@asynccontextmanager
async def a_database(server: MongoServer, name: str | None = None) -> AsyncIterator[Database]:
    """Open an empty database with its indexes, and drop it afterwards."""
    name = name or f"test_{uuid4().hex}"
    opened = await connect(server.uri, name, timeout=TIMEOUT)
    await opened.ensure_indexes()
    yield opened
    opened.close()
    async with AsyncMongoClient[dict[str, object]](server.uri) as client:
        await client.drop_database(name)


@asynccontextmanager
async def an_emptied_database(server: MongoServer, name: str) -> AsyncIterator[Database]:
    """Open a database with its indexes, and delete its documents afterwards.

    This is much faster than to drop it and to build the indexes again.
    """
    opened = await connect(server.uri, name, timeout=TIMEOUT)
    await opened.ensure_indexes()
    yield opened
    opened.close()
    async with AsyncMongoClient[dict[str, object]](server.uri) as client:
        collections = await client[name].list_collection_names()
        await asyncio.gather(*(client[name][each].delete_many({}) for each in collections))
