"""The socket: connected again whatever happens, and drained before it is left."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.scheduler import Scheduler
from tests.bot.bot_harness import BotHarness, eventually

OFTEN = timedelta(milliseconds=50)


@pytest.fixture
async def watch() -> AsyncIterator[Scheduler]:
    scheduler = Scheduler()
    scheduler.start()
    yield scheduler
    scheduler.stop()


async def test_a_socket_that_was_refused_once_is_opened_again(
    harness: BotHarness, watch: Scheduler
) -> None:
    """A refused upgrade uses the ticket up, and the client would try that one for ever."""
    await harness.control("POST", "sockets/disconnect", refuse_next=1)

    async with harness.over_socket(ping_every=OFTEN) as socket:
        watch.every(OFTEN, socket.look_after)
        await eventually(socket.is_connected)

        await harness.type("ana", "/task new Renew the certificate")
        assert "T-1" in (await harness.reads("ana"))[-1]


async def test_a_socket_that_is_cut_is_opened_again(harness: BotHarness, watch: Scheduler) -> None:
    async with harness.over_socket(ping_every=OFTEN) as socket:
        watch.every(OFTEN, socket.look_after)
        await eventually(socket.is_connected)
        await harness.control("POST", "sockets/disconnect", abort=True, refuse_next=1)

        async def answered() -> bool:
            delivery = await harness.type("ana", "/task list")
            return bool(delivery["outcome"] == "ok")

        await eventually(answered)


async def test_one_miss_asks_slack_for_nothing(harness: BotHarness) -> None:
    """A reconnect under way is no reason for another call of the lowest rate tier."""
    await harness.fail("apps.connections.open", "slow", delay=0.2)
    async with harness.over_socket(ping_every=OFTEN) as socket:
        await socket.look_after()
        await eventually(socket.is_connected)
        await socket.look_after()

        assert len(await harness.calls("apps.connections.open")) == 1


async def test_a_command_under_way_is_answered_before_the_socket_closes(
    harness: BotHarness,
) -> None:
    async with harness.over_socket() as socket:
        await eventually(socket.is_connected)
        harness.gateway.may_go_on.clear()
        typing = asyncio.create_task(harness.type("ana", "/task new Renew the certificate"))
        await eventually(lambda: is_asked(harness))
        stopping = asyncio.create_task(socket.stop(timedelta(seconds=2)))
        done, _ = await asyncio.wait({stopping}, timeout=0.2)
        harness.gateway.may_go_on.set()
        await stopping

    assert not done
    assert (await typing)["outcome"] == "ok"


async def is_asked(harness: BotHarness) -> bool:
    return len(harness.gateway.asked) > 0
