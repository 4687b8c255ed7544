"""A database of its own for each test, on a real mongod."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from pymongo import MongoClient

from devstack.mongo_server import MongoServer
from relai_core.store.connection import Connection, Document
from relai_core.store.database import Database

TIMEOUT = timedelta(seconds=20)


@pytest.fixture
def database_name(mongo_server: MongoServer) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    yield name
    with MongoClient[Document](mongo_server.uri) as client:
        client.drop_database(name)


@pytest.fixture
async def bare_database(mongo_server: MongoServer, database_name: str) -> AsyncIterator[Database]:
    """A database before anyone has ensured its indexes."""
    opened = Database(Connection(mongo_server.uri, database_name, TIMEOUT))
    yield opened
    opened.close()


@pytest.fixture
async def database(bare_database: Database) -> Database:
    await bare_database.ensure_indexes()
    return bare_database
