"""No worker runs for a day and an hour: what people asked for is done after it, and told once.

All clocks are put on while nothing runs, Temporal's and Slack's among them, so the day has passed
for everybody.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from tests.scenarios.clocks import (
    TEMPORALS_CAN_BE_SET,
    WHY_TEMPORALS_CANNOT,
    WallClock,
    a_mongod,
    a_temporal,
)
from tests.scenarios.operators import audit
from tests.scenarios.people import Json, Person, Workspace, answer_of, number_in, text_of
from tests.scenarios.servers import Servers, running
from tests.scenarios.stack import RelaiStack, Transport

pytestmark = pytest.mark.skipif(not TEMPORALS_CAN_BE_SET, reason=WHY_TEMPORALS_CANNOT)

A_DAY = timedelta(days=1, hours=1)
SECOND_WITHIN = 5.0
"""Seconds. What is said twice is by then: messages to one person come 1.2 seconds apart."""
PILED_UP = [f"Piled up {each}" for each in range(6)]


@pytest.fixture(scope="module", params=["socket"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """How Slack delivers plays no part here."""
    chosen: Transport = request.param
    return chosen


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> WallClock:
    return WallClock(tmp_path_factory.mktemp("clock") / "everybody")


@pytest.fixture(scope="module")
def told(clock: WallClock) -> Mapping[str, Mapping[str, str]]:
    return dict.fromkeys(("slack", "worker", "bot"), clock.environment)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, clock: WallClock) -> Iterator[Servers]:
    """Servers whose clock is everybody's."""
    data = tmp_path_factory.mktemp("servers")
    with running(a_mongod(data, clock), a_temporal(data, clock)) as servers:
        yield servers


async def test_what_was_asked_for_is_done_and_told_once(
    relai: RelaiStack, workspace: Workspace, clock: WallClock
) -> None:
    ana, bo, cy = [await workspace.person(name) for name in ("ana", "bo", "cy")]
    unanswered = await _handed_over(ana, bo, cy, "Water the plants")
    answered = await _handed_over(ana, bo, cy, "Feed the cat")
    await _give(ana, bo, "Call the bank due in 30 minutes")
    await _give(ana, bo, "Post the letter")
    letter = await bo.sees("Post the letter", "Mark complete")

    await relai.worker.stop()
    answer_of(await cy.presses(answered, "Accept"))
    answer_of(await bo.presses(letter, "Mark complete"))
    for title in PILED_UP:
        assert "Saved" in await _give(ana, bo, title)
    await _let_a_day_pass(relai, clock)
    assert "Saved" in await _give(ana, bo, "A day later")
    back_at = time.time() + A_DAY.total_seconds()
    await relai.worker.start()

    # What was asked for, before and after the day; an answer given in time counts.
    await bo.sees("accepted", "Feed the cat")
    await cy.sees_no_button(answered, "Accept")
    for title in (*PILED_UP, "A day later"):
        await bo.sees(title, "Mark complete", patience=60)
    await ana.sees("Post the letter", "Done by")
    # What came to its end by itself. Cy had ten minutes, and they are over.
    await bo.sees("Water the plants", "hasn't answered")
    await cy.sees_no_button(unanswered, "Accept")
    # Of two reminders that were missed the one that is still true.
    for each in (ana, bo):
        assert "min late" in text_of(await each.sees("Call the bank", "overdue by 24 h"))

    await asyncio.sleep(SECOND_WITHIN)
    for title in (*PILED_UP, "A day later"):
        assert await bo.count(title, "Mark complete") == 1, title
    assert await bo.count("Feed the cat", "hasn't answered") == 0
    for words in ("accepted", "Feed the cat"), ("Water the plants", "hasn't answered"):
        assert await bo.count(*words) == 1, [text_of(each) for each in await bo.messages()]
    assert await bo.count("Call the bank", "due now") == 0
    for each in (ana, bo):
        assert await each.count("Call the bank", "late") == 1
    stamps = [ts for each in await bo.messages() if (ts := float(each["ts"])) > back_at]
    assert all(third - first > 1 for first, third in zip(stamps, stamps[2:], strict=False)), stamps
    # Whoever looks after it all may have another clock.
    for environment in (clock.environment, {}):
        audited = await audit(relai, **environment)
        assert audited.code == 0, audited


async def _let_a_day_pass(relai: RelaiStack, clock: WallClock) -> None:
    """Nothing but the worker finds that it was away."""
    parts = relai.mongod, relai.temporal, relai.slack, relai.bot
    for part in reversed(parts):
        await part.stop()
    clock.put(A_DAY)
    for part in parts:
        await part.start()


async def _handed_over(ana: Person, bo: Person, cy: Person, title: str) -> Json:
    """The card on which Cy is asked to take a task that Ana gave to Bo."""
    await _give(ana, bo, title)
    number = number_in(text_of(await bo.sees(title, "Mark complete")))
    await bo.types(f"/relay @{cy.name} {number}")
    return await cy.sees(number, "Accept")


async def _give(ana: Person, bo: Person, title: str) -> str:
    return answer_of(await ana.types(f"/task new {title} @{bo.name}"))
