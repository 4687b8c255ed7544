"""Servers that all tests of one pytest process share, and how pytest-xdist spreads the tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from tests.running import running

# A busy machine makes no example wrong.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one process more than there are cores, for many tests wait rather than compute."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the scenarios, which take longest, first: so that all processes end at about one time."""
    items.sort(key=lambda item: item.get_closest_marker("scenario") is None)


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """A mongod that no test harms; each test uses a database of its own."""
    with running(MongoServer(tmp_path_factory.mktemp("mongo"))) as server:
        yield server


@pytest.fixture(scope="session")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """A Temporal server that no test harms; each test uses ids and a task queue of its own."""
    with running(TemporalServer(tmp_path_factory.mktemp("temporal"))) as server:
        yield server
