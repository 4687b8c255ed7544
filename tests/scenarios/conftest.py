"""Fixtures of the scenarios: real servers once, a stack for each module and transport."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import aiohttp
import pytest

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from tests.scenarios.api import Api, PatientApi
from tests.scenarios.people import Workspace
from tests.scenarios.servers import Servers, running
from tests.scenarios.stack import RelaiStack, Transport


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.scenario)
            item.add_marker(pytest.mark.timeout(180))


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A mongod and a Temporal server that scenarios share and none of them harms."""
    data = tmp_path_factory.mktemp("servers")
    with running(MongoServer(data), TemporalServer(data)) as servers:
        yield servers


@pytest.fixture(scope="module", params=["socket", "http"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """Every scenario runs over Socket Mode and over HTTP."""
    chosen: Transport = request.param
    return chosen


@pytest.fixture(scope="module")
def settings() -> Mapping[str, str]:
    """Settings of the stack; a module that wants others overrides this."""
    return {}


@pytest.fixture(scope="module")
def relai(
    tmp_path_factory: pytest.TempPathFactory,
    servers: Servers,
    transport: Transport,
    settings: Mapping[str, str],
) -> Iterator[RelaiStack]:
    """The stack, running."""
    stack = RelaiStack(tmp_path_factory.mktemp("stack"), *servers, transport, settings)
    asyncio.run(_enter(stack))
    yield stack
    asyncio.run(_leave(stack))


async def _enter(stack: RelaiStack) -> None:
    await stack.__aenter__()


async def _leave(stack: RelaiStack) -> None:
    await stack.__aexit__(None, None, None)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Whoever calls the stack over HTTP does it through this."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


@pytest.fixture
def workspace(relai: RelaiStack, session: aiohttp.ClientSession) -> Workspace:
    """The workspace of the stack."""
    return Workspace(session, relai.slack.url)


@pytest.fixture
def api(relai: RelaiStack, session: aiohttp.ClientSession) -> Api:
    """The API of the stack, called with the token that may write."""
    return PatientApi(session, relai.bot_url, relai.api_token)


@pytest.fixture
def api_once(relai: RelaiStack, session: aiohttp.ClientSession) -> Api:
    """The same, for whoever asks how a part that can't be reached is answered."""
    return Api(session, relai.bot_url, relai.api_token)
