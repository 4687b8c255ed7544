"""A real mongod for all tests of a run, and an empty database for each."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from devstack.mongo_server import MongoServer
from relai_core.store.database import Database
from tests.relai_activities.activity_harness import ActivityHarness
from tests.relai_activities.mongo import an_emptied_database


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    server = MongoServer(tmp_path_factory.mktemp("mongo"))
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def database(mongo_server: MongoServer) -> AsyncIterator[Database]:
    async with an_emptied_database(mongo_server, "activities") as opened:
        yield opened


@pytest.fixture
def harness(database: Database) -> ActivityHarness:
    return ActivityHarness(database)
