"""Fixtures of the scenarios.

Tests share a stack for each transport. Each test has new people, so it sees nothing of the others.
Tests marked `harmful` kill, stop or cut off parts; they share another stack, on servers of its own.
A module that needs other settings has a stack to itself.

Socket Mode and HTTP differ in how payloads are delivered, acknowledged and sent again; what follows
is the same. So only tests of deliveries run over both (`OVER_BOTH`), all others over Socket Mode or
over HTTP (`OVER_HTTP`).
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache

import aiohttp
import pytest

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from tests.running import running
from tests.scenarios.api import Api, PatientApi
from tests.scenarios.people import Workspace
from tests.scenarios.stack import RelaiStack, Servers, Transport

StackOver = Callable[[Transport], RelaiStack]


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.scenario)
    item.add_marker(pytest.mark.timeout(120))


@pytest.fixture(scope="module")
def transport() -> Transport:
    """Socket Mode; `OVER_HTTP` and `OVER_BOTH` override this."""
    return "socket"


@pytest.fixture(scope="module")
def settings() -> Mapping[str, str]:
    """Settings of the stack; a module that needs others overrides this."""
    return {}


@pytest.fixture(scope="session")
def servers(mongo_server: MongoServer, temporal_server: TemporalServer) -> Servers:
    """Servers that no test harms."""
    return mongo_server, temporal_server


@pytest.fixture(scope="session")
def unharmed_stack(
    tmp_path_factory: pytest.TempPathFactory, servers: Servers
) -> Iterator[StackOver]:
    """The stack of all tests that leave it unharmed, for each transport."""
    with _stacks(tmp_path_factory, *servers) as stack_over:
        yield stack_over


@pytest.fixture(scope="session")
def harmed_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackOver]:
    """The stack of all tests that harm it, for each transport."""
    folder = tmp_path_factory.mktemp("harmed")
    with (
        running(MongoServer(folder)) as mongod,
        running(TemporalServer(folder)) as temporal,
        _stacks(tmp_path_factory, mongod, temporal) as stack_over,
    ):
        yield stack_over


@contextmanager
def _stacks(
    folders: pytest.TempPathFactory, mongod: MongoServer, temporal: TemporalServer
) -> Iterator[StackOver]:
    """Start the stack of a transport when it is first asked for."""
    with ExitStack() as stacks:

        @cache
        def stack_over(transport: Transport) -> RelaiStack:
            stack = RelaiStack(folders.mktemp(transport), mongod, temporal, transport)
            return stacks.enter_context(running(stack))

        yield stack_over


@pytest.fixture(scope="module")
def relai(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    transport: Transport,
    settings: Mapping[str, str],
) -> Iterator[RelaiStack]:
    """The stack, running."""
    if settings:
        servers: Servers = request.getfixturevalue("servers")
        stack = RelaiStack(tmp_path_factory.mktemp("own"), *servers, transport, settings)
        with running(stack):
            yield stack
    else:
        is_harmed = request.node.get_closest_marker("harmful")
        shared = request.getfixturevalue("harmed_stack" if is_harmed else "unharmed_stack")
        yield shared(transport)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP session for calls to the stack."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


@pytest.fixture
async def workspace(relai: RelaiStack, session: aiohttp.ClientSession) -> AsyncIterator[Workspace]:
    """The workspace of the stack; faults that a test leaves behind are cleared."""
    workspace = Workspace(session, relai.slack.url)
    yield workspace
    await workspace.clear_faults()


@pytest.fixture
def api(relai: RelaiStack, session: aiohttp.ClientSession) -> Api:
    """The API of the stack, called with the token that may write."""
    return PatientApi(session, relai.bot_url, relai.api_token)


@pytest.fixture
def api_once(relai: RelaiStack, session: aiohttp.ClientSession) -> Api:
    """The same, but an answer that a part can't be reached is returned, not tried again."""
    return Api(session, relai.bot_url, relai.api_token)
