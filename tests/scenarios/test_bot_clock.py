"""The bot's clock jumps; Slack's and Temporal's are right.

Everybody is answered, words for dates mean what they mean in Slack, and the operator is told.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta

import aiohttp
import pytest

from tests.scenarios.clocks import CAN_BE_SET, Clocks
from tests.scenarios.people import Json, Workspace, answer_of, eventually
from tests.scenarios.stack import RelaiStack

pytestmark = pytest.mark.skipif(not CAN_BE_SET, reason="clocks are set by a library of Linux")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WRONG = pytest.mark.parametrize("wrong", [HOUR, -HOUR, DAY], ids=["ahead", "behind", "a day ahead"])

Move = Callable[[timedelta], Awaitable[None]]


@pytest.fixture(scope="module")
def clocks(tmp_path_factory: pytest.TempPathFactory) -> Clocks:
    return Clocks(tmp_path_factory.mktemp("clocks"))


@pytest.fixture(scope="module")
def told(clocks: Clocks) -> Mapping[str, Mapping[str, str]]:
    """Each process has a clock that can be set."""
    return clocks.told


@pytest.fixture
async def move(relai: RelaiStack, clocks: Clocks) -> AsyncIterator[Move]:
    """Sets the bot's clock, which is right before and after a test."""
    yield clocks.bot.move
    await clocks.bot.move(timedelta(0))


@WRONG
async def test_words_for_a_date_mean_what_they_mean_in_slack(
    workspace: Workspace, move: Move, wrong: timedelta
) -> None:
    """Over HTTP the request is taken, too, though it looks as if it were of another time."""
    ana = await workspace.person("ana")
    await move(wrong)
    typed_at = time.time()

    answer_of(await ana.types("/task new Call the bank due in 6 seconds"))
    # By the wrong clock it would come before it is due, or not for an hour.
    reminder = await ana.sees("Call the bank", "due now", patience=60)

    # Slack's clock is read from whole seconds, some time after they began.
    assert float(reminder["ts"]) >= typed_at + 4
    assert await ana.count("Call the bank", "due now") == 1


@WRONG
async def test_what_comes_of_a_command_is_told_though_no_worker_was_there(
    relai: RelaiStack, workspace: Workspace, move: Move, wrong: timedelta
) -> None:
    ana = await workspace.person("ana")
    number = await ana.creates("In time")
    await move(wrong)
    await relai.worker.stop()
    try:
        said = answer_of(await ana.types(f"/task progress {number} 40"))
    finally:
        await relai.worker.start()

    assert "Saved" in said
    await ana.sees(number, "Your change", patience=60)


async def test_health_names_it_until_it_is_right(
    relai: RelaiStack, session: aiohttp.ClientSession, move: Move
) -> None:
    """And nothing else seems wrong by it."""
    await health_once(relai, session, "ok")

    await move(HOUR)
    wrong = await health_once(relai, session, "degraded")
    await move(timedelta(0))
    right = await health_once(relai, session, "ok")

    assert (wrong["state"], right["state"]) == ("degraded", "ok")
    assert "s ahead of Slack's" in wrong["parts"]["clock"]["detail"]
    assert {name for name, part in wrong["parts"].items() if part["state"] != "ok"} == {"clock"}


async def test_the_log_names_it_though_nobody_asks(
    relai: RelaiStack, session: aiohttp.ClientSession, move: Move
) -> None:
    """What the bot does every few seconds it does also when its clock was put back."""
    await health_once(relai, session, "ok")
    wrong, right = await said_of_it(relai, "degraded"), await said_of_it(relai, "ok")

    await move(HOUR)
    await eventually("the log calls it wrong", lambda: more(relai, "degraded", than=wrong))
    await move(timedelta(0))
    await eventually("the log calls it right", lambda: more(relai, "ok", than=right))


async def health_once(relai: RelaiStack, session: aiohttp.ClientSession, state: str) -> Json:
    """The health as soon as the clock is in this state."""

    async def look() -> Json | None:
        async with session.get(f"{relai.bot_url}/health") as answer:
            health: Json = await answer.json()
        return health if health["parts"]["clock"]["state"] == state else None

    health: Json = await eventually(f"the clock is {state}", look)
    return health


async def said_of_it(relai: RelaiStack, state: str) -> int:
    """How often the log says that the clock is in this state now."""
    log = await asyncio.to_thread((relai.logs / "bot.log").read_text)
    changes = [line for line in log.splitlines() if "part_changed" in line]
    return sum("part=clock" in line and f"state={state}" in line for line in changes)


async def more(relai: RelaiStack, state: str, *, than: int) -> bool:
    return await said_of_it(relai, state) > than
