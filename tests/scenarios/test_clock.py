"""A clock that jumps: the worker's, the bot's, or that of one worker of two.

The real processes run with a wall clock that the test sets; Temporal's, Slack's and the test's own
are right. Nobody is to be told anything early, twice, or an hour late, neither then nor afterwards.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from tests.scenarios.clocks import HAS_CLOCKS, WallClock
from tests.scenarios.people import (
    Json,
    Person,
    Workspace,
    answer_of,
    eventually,
    number_in,
    text_of,
)
from tests.scenarios.stack import RelaiStack, Transport

pytestmark = pytest.mark.skipif(not HAS_CLOCKS, reason="clocks are set by a library of Linux")

NAMES = ("worker", "second_worker", "bot")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WRONG = [HOUR, -HOUR, DAY]
"""Longer than anything here is waited for."""


class Clocks:
    """The wall clocks of the processes, by name."""

    def __init__(self, folder: Path) -> None:
        self._clocks = {name: WallClock(folder / f"{name}.clock") for name in NAMES}

    @property
    def told(self) -> dict[str, dict[str, str]]:
        return {name: dict(clock.environment) for name, clock in self._clocks.items()}

    def set(self, name: str, ahead: timedelta) -> None:
        self._clocks[name].set(ahead)

    def put_right(self) -> None:
        for clock in self._clocks.values():
            clock.set(timedelta(0))


@pytest.fixture(scope="module")
def jumping(tmp_path_factory: pytest.TempPathFactory) -> Clocks:
    return Clocks(tmp_path_factory.mktemp("clocks"))


@pytest.fixture(scope="module")
def relai(
    tmp_path_factory: pytest.TempPathFactory,
    servers: tuple[MongoServer, TemporalServer],
    transport: Transport,
    jumping: Clocks,
) -> Iterator[RelaiStack]:
    """The stack, its processes with clocks that jump."""
    folder = tmp_path_factory.mktemp("stack")
    stack = RelaiStack(folder, *servers, transport, told=jumping.told)
    asyncio.run(stack.__aenter__())
    yield stack
    asyncio.run(stack.__aexit__(None, None, None))


@pytest.fixture
def clocks(relai: RelaiStack, jumping: Clocks) -> Iterator[Clocks]:
    """All right at first, and again afterwards."""
    yield jumping
    jumping.put_right()


async def give(ana: Person, bo: Person, title: str, due: str = "") -> None:
    """Give Bo a task. It is at least saved."""
    said = answer_of(await ana.types(f"/task new {title} @{bo.name} {due}"))
    assert title in said or "Saved" in said, said


async def two(workspace: Workspace) -> tuple[Person, Person]:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    return ana, bo


def posted_at(message: Json) -> float:
    return float(message["ts"])


@pytest.mark.parametrize("off", WRONG, ids=str)
async def test_a_worker_whose_clock_is_wrong_reminds_at_the_true_moment(
    workspace: Workspace, clocks: Clocks, off: timedelta
) -> None:
    """Not early, not called late, and once."""
    ana, bo = await two(workspace)
    clocks.set("worker", off)
    typed_at = time.time()
    await give(ana, bo, "Call the bank", "due in 6 seconds")

    reminder = await bo.sees("Call the bank", "due now", patience=30)

    assert typed_at + 6 <= posted_at(reminder) + 1 <= typed_at + 20
    assert "late" not in text_of(reminder).lower()
    assert await bo.count("Call the bank", "due now") == 1


@pytest.mark.parametrize("off", WRONG, ids=str)
async def test_nobody_waits_when_the_worker_s_clock_has_jumped_forth_and_back(
    workspace: Workspace, clocks: Clocks, off: timedelta
) -> None:
    ana, bo = await two(workspace)
    await give(ana, bo, "Before")
    await bo.sees("Before")

    clocks.set("worker", off)
    await give(ana, bo, "Meanwhile")
    await bo.sees("Meanwhile")
    clocks.put_right()

    await give(ana, bo, "Afterwards")
    await bo.sees("Afterwards")
    assert [await bo.count(title) for title in ("Before", "Meanwhile", "Afterwards")] == [1, 1, 1]


async def test_two_workers_whose_clocks_differ_keep_one_order_and_one_pace(
    relai: RelaiStack, workspace: Workspace, clocks: Clocks
) -> None:
    ana, bo = await two(workspace)
    clocks.set("second_worker", HOUR)
    async with relai.second_worker():
        titles = [f"Piled up {each}" for each in range(8)]
        for title in titles:
            await give(ana, bo, title)
        messages = [await bo.sees(title) for title in titles]

    stamps = sorted(posted_at(message) for message in messages)
    # Seven seconds by their turns; each call takes what it takes after that.
    assert 4.5 < stamps[-1] - stamps[0] < 15, stamps
    assert await bo.count("Piled up") == 8


@pytest.mark.parametrize("off", WRONG, ids=str)
async def test_a_lost_answer_is_found_again_by_a_worker_whose_clock_is_wrong(
    workspace: Workspace, clocks: Clocks, off: timedelta
) -> None:
    ana, bo = await two(workspace)
    await give(ana, bo, "Known by now")
    await bo.sees("Known by now")
    clocks.set("worker", off)
    await workspace.fault("chat.postMessage", "lost_after")

    await give(ana, bo, "Told once")
    await bo.sees("Told once")
    # Whoever is told twice is so before what is said afterwards.
    await give(ana, bo, "Afterwards")
    await bo.sees("Afterwards", patience=40)

    assert await bo.count("Told once") == 1


@pytest.mark.parametrize("off", WRONG, ids=str)
async def test_a_bot_whose_clock_is_wrong_reads_words_by_the_true_time(
    workspace: Workspace, clocks: Clocks, off: timedelta
) -> None:
    ana, bo = await two(workspace)
    clocks.set("bot", off)
    typed_at = time.time()

    await give(ana, bo, "Call the bank", "due in 6 seconds")
    reminder = await bo.sees("Call the bank", "due now", patience=30)

    assert typed_at + 5 <= posted_at(reminder) <= typed_at + 20
    assert await bo.count("Call the bank", "due now") == 1


async def test_health_names_a_wrong_clock_until_it_is_right(
    relai: RelaiStack, session: aiohttp.ClientSession, clocks: Clocks
) -> None:
    async def health_once(state: str) -> Json:
        async def look() -> Json | None:
            async with session.get(f"{relai.bot_url}/health") as answer:
                health: Json = await answer.json()
            return health if health["parts"]["clock"]["state"] == state else None

        health: Json = await eventually(f"the clock is {state}", look)
        return health

    await health_once("ok")
    clocks.set("bot", HOUR)
    wrong = await health_once("degraded")
    clocks.put_right()
    right = await health_once("ok")

    assert wrong["state"] == "degraded"
    assert "ahead of Slack's" in wrong["parts"]["clock"]["detail"]
    assert {name for name, part in wrong["parts"].items() if part["state"] != "ok"} == {"clock"}
    assert right["state"] == "ok"


async def test_the_log_says_so_though_nobody_asks(relai: RelaiStack, clocks: Clocks) -> None:
    """What the bot does every few seconds it does also after its clock was set back."""

    async def told(state: str) -> int:
        log = await asyncio.to_thread((relai.logs / "bot.log").read_text)
        changes = [line for line in log.splitlines() if "part_changed" in line]
        return sum("part=clock" in line and f"state={state}" in line for line in changes)

    wrong, right = await told("degraded"), await told("ok")
    clocks.set("bot", HOUR)
    await eventually("the log calls it wrong", lambda: more(told, "degraded", wrong))
    clocks.put_right()
    await eventually("the log calls it right", lambda: more(told, "ok", right))


async def more(told: Callable[[str], Awaitable[int]], state: str, before: int) -> bool:
    return await told(state) > before


async def test_what_comes_of_a_command_is_told_though_the_bot_s_clock_is_ahead(
    relai: RelaiStack, workspace: Workspace, clocks: Clocks
) -> None:
    """Once: by the answer, or by a message if that comes too late."""
    ana, _ = await two(workspace)
    clocks.set("bot", HOUR)
    number = number_in(answer_of(await ana.types("/task new In time")))
    await relai.worker.stop()
    try:
        said = answer_of(await ana.types(f"/task progress {number} 40"))
    finally:
        await relai.worker.start()

    assert "Saved" in said
    await ana.sees(number, "Your change", patience=40)
