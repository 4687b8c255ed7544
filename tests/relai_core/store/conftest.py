"""An emptied database for each test, on a real mongod."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from pymongo import MongoClient

from devstack.mongo_server import MongoServer
from relai_core.store.connection import Connection, Document
from relai_core.store.database import Database
from tests.relai_activities.mongo import TIMEOUT, an_emptied_database


@pytest.fixture
def database_name() -> str:
    """The name of the database that the tests share, one after the other."""
    return "stores"


@pytest.fixture
async def database(mongo_server: MongoServer, database_name: str) -> AsyncIterator[Database]:
    async with an_emptied_database(mongo_server, database_name) as opened:
        yield opened


@pytest.fixture
async def bare_database(mongo_server: MongoServer) -> AsyncIterator[Database]:
    """A database without indexes."""
    name = f"test_{uuid4().hex}"
    opened = Database(Connection(mongo_server.uri, name, TIMEOUT))
    yield opened
    opened.close()
    with MongoClient[Document](mongo_server.uri) as client:
        client.drop_database(name)
