"""An emptied database for each test, on a real mongod."""

from collections.abc import AsyncIterator

import pytest

from devstack.mongo_server import MongoServer
from relai_core.store.database import Database
from tests.relai_activities.activity_harness import ActivityHarness
from tests.relai_activities.mongo import an_emptied_database


@pytest.fixture
async def database(mongo_server: MongoServer) -> AsyncIterator[Database]:
    async with an_emptied_database(mongo_server, "activities") as opened:
        yield opened


@pytest.fixture
def harness(database: Database) -> ActivityHarness:
    return ActivityHarness(database)
