"""Told to stop, a worker finishes what it is about, or leaves it to the next one, and ends in time.

How payloads come in makes no difference to it, so one transport will do.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from time import monotonic

import pytest
from pymongo import MongoClient

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from tests.scenarios.people import Json, Workspace, eventually
from tests.scenarios.stack import RelaiStack, Transport
from worker import LEAVE

CLOSING = timedelta(seconds=8)
"""For what is closed once it has left Temporal, also on a machine that is busy. Whatever has no end
of its own takes longer."""


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[MongoServer, TemporalServer]]:
    """Servers that this module may stop."""
    data = tmp_path_factory.mktemp("stoppable")
    mongod, temporal = MongoServer(data), TemporalServer(data)
    asyncio.run(_each(mongod.start, temporal.start))
    yield mongod, temporal
    asyncio.run(_each(temporal.stop, mongod.stop))


async def _each(*steps: Callable[[], Awaitable[None]]) -> None:
    for step in steps:
        await step()


@pytest.fixture(scope="module")
def transport() -> Transport:
    return "socket"


@pytest.fixture(autouse=True)
async def worker_again(relai: RelaiStack) -> AsyncIterator[None]:
    """Whatever became of the worker, it runs afterwards."""
    yield
    await relai.worker.stop()
    await relai.worker.start()


async def test_a_post_under_way_is_finished(relai: RelaiStack, workspace: Workspace) -> None:
    ana, bo = [await workspace.person(each) for each in ("ana", "bo")]
    await workspace.fault("chat.postMessage", "slow", delay=5)
    await ana.types(f"/task new Post it once @{bo.name}")
    await eventually("the post is under way", lambda: _stands(relai, "planned", bo.id))

    relai.worker.send_signal(signal.SIGTERM)
    await _ends_well(relai)

    assert await bo.count("Post it once", "Mark complete") == 1
    assert await _stands(relai, "sent", bo.id)


async def test_a_post_that_takes_too_long_is_left_to_the_next_worker(
    relai: RelaiStack, workspace: Workspace
) -> None:
    """Slack has it, but does not say so; the next worker finds it there and posts nothing."""
    ana, bo = [await workspace.person(each) for each in ("ana", "bo")]
    await workspace.fault("chat.postMessage", "lost_after", delay=60)
    await ana.types(f"/task new Say it once @{bo.name}")
    await bo.sees("Say it once")

    relai.worker.send_signal(signal.SIGTERM)
    await _ends_well(relai)
    await relai.worker.start()

    await eventually("it is found", lambda: _stands(relai, "reconciled", bo.id), patience=60)
    assert await bo.count("Say it once", "Mark complete") == 1


async def test_a_temporal_that_says_nothing_holds_nobody_up(relai: RelaiStack) -> None:
    relai.temporal.send_signal(signal.SIGSTOP)
    try:
        relai.worker.send_signal(signal.SIGTERM)
        await _ends_well(relai)
    finally:
        relai.temporal.send_signal(signal.SIGCONT)


async def _ends_well(relai: RelaiStack) -> None:
    """The worker, told to stop just now, ends by itself and in time."""
    began = monotonic()
    await relai.worker.wait()

    assert monotonic() - began <= (LEAVE + CLOSING).total_seconds()
    assert "exit code 0" in relai.worker.last_words()


async def _stands(relai: RelaiStack, state: str, reader: str) -> bool:
    """Whether a notice to this person was begun, and stands so in the ledger."""
    return await asyncio.to_thread(_count, relai.mongod.uri, relai.database, state, reader) > 0


def _count(uri: str, database: str, state: str, reader: str) -> int:
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        return client[database]["notices"].count_documents(
            {"state": state, "notice.recipient": reader, "last_attempt_at": {"$ne": None}}
        )
