"""Servers that all tests of one pytest process share, and the order in which modules run."""

from collections.abc import Iterator

import pytest

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from tests.running import running


def pytest_itemcollected(item: pytest.Item) -> None:
    """Have pytest-xdist run each module in one process, and each group that a folder names."""
    if not item.get_closest_marker("xdist_group"):
        item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


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
