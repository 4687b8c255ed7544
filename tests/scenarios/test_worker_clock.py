"""The worker's clock jumps, or that of one worker of two; Temporal's and Slack's are right.

Nobody is reminded early or told twice, and nobody waits until a clock is right that was wrong.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta

import pytest

from tests.scenarios.clocks import CAN_BE_SET, Clocks
from tests.scenarios.people import Person, Workspace, answer_of, says_saved, text_of
from tests.scenarios.stack import RelaiStack, Transport

pytestmark = pytest.mark.skipif(not CAN_BE_SET, reason="clocks are set by a library of Linux")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WRONG = pytest.mark.parametrize("wrong", [HOUR, -HOUR, DAY], ids=["ahead", "behind", "a day ahead"])
"""Further than anything here is waited for."""

Move = Callable[[timedelta], Awaitable[None]]


@pytest.fixture(scope="module", params=["socket"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """How Slack delivers plays no part here."""
    chosen: Transport = request.param
    return chosen


@pytest.fixture(scope="module")
def clocks(tmp_path_factory: pytest.TempPathFactory) -> Clocks:
    return Clocks(tmp_path_factory.mktemp("clocks"))


@pytest.fixture(scope="module")
def told(clocks: Clocks) -> Mapping[str, Mapping[str, str]]:
    """Each process has a clock that can be set."""
    return clocks.told


@pytest.fixture
async def move(relai: RelaiStack, clocks: Clocks) -> AsyncIterator[Move]:
    """Sets the worker's clock, which is right before and after a test."""
    yield clocks.worker.move
    await clocks.worker.move(timedelta(0))


async def two(workspace: Workspace) -> tuple[Person, Person]:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    return ana, bo


async def give(ana: Person, bo: Person, title: str, due: str = "") -> None:
    """Give Bo a task. It is at least saved."""
    said = answer_of(await ana.types(f"/task new {title} @{bo.name} {due}"))
    assert says_saved(said), said


@WRONG
async def test_a_reminder_comes_at_its_true_moment(
    workspace: Workspace, move: Move, wrong: timedelta
) -> None:
    """Once, and nobody calls it late."""
    ana, bo = await two(workspace)
    await move(wrong)
    typed_at = time.time()
    await give(ana, bo, "Call the bank", "due in 6 seconds")

    # By a wrong clock it would come before it is due, or not for an hour.
    reminder = await bo.sees("Call the bank", "due now", patience=60)

    assert float(reminder["ts"]) >= typed_at + 5
    assert "late" not in text_of(reminder)
    assert await bo.count("Call the bank", "due now") == 1


@WRONG
async def test_nobody_waits_after_it_has_jumped_forth_and_back(
    workspace: Workspace, move: Move, wrong: timedelta
) -> None:
    ana, bo = await two(workspace)
    titles = ["Before it", "Meanwhile", "Afterwards"]

    for title, ahead in zip(titles, [timedelta(0), wrong, timedelta(0)], strict=True):
        await move(ahead)
        await give(ana, bo, title)
        await bo.sees(title)

    assert [await bo.count(title) for title in titles] == [1, 1, 1]


async def test_a_message_whose_answer_was_lost_is_found_and_not_sent_again(
    workspace: Workspace, move: Move
) -> None:
    ana, bo = await two(workspace)
    await give(ana, bo, "Known by now")
    await bo.sees("Known by now")
    await move(HOUR)
    await workspace.fault("chat.postMessage", "lost_after")

    await give(ana, bo, "Told once")
    answered = await ana.types("/task new Lost again")
    assert answered["outcome"] == "ok"
    await bo.sees("Told once")
    await move(timedelta(0))
    await bo.presses(await bo.sees("Told once"), "Mark complete")

    # What is said of its end comes only after it was looked for.
    await ana.sees("Told once", "Done by", patience=60)
    assert await bo.count("Told once") == 1


async def test_two_workers_whose_clocks_differ_keep_one_pace(
    relai: RelaiStack, workspace: Workspace, clocks: Clocks
) -> None:
    ana, bo = await two(workspace)
    clocks.second_worker.put(HOUR)
    titles = [f"Piled up {each}" for each in range(8)]

    async with relai.second_worker():
        for title in titles:
            await give(ana, bo, title)
        messages = [await bo.sees(title) for title in titles]

    stamps = sorted(float(message["ts"]) for message in messages)
    # Seven seconds by their turns; each call takes what it takes after that. By a turn of the wrong
    # clock one would have waited for an hour.
    assert stamps[-1] - stamps[0] > 4.5, stamps
    assert await bo.count("Piled up") == len(titles)
    assert "clock_changed" in (relai.logs / "second_worker.log").read_text()
