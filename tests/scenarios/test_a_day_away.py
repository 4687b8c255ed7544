"""No worker runs for a day and an hour: what people asked for is done after it, and told once.

All clocks are put on while nothing runs, Temporal's and Slack's among them, so the day has passed
for everybody.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.scenarios.clocks import (
    TEMPORALS_CAN_BE_SET,
    WHY_TEMPORALS_CANNOT,
    WallClock,
    a_mongod,
    a_temporal,
)
from tests.scenarios.operators import audit
from tests.scenarios.people import (
    Json,
    Person,
    Workspace,
    answer_of,
    eventually,
    number_in,
    text_of,
)
from tests.scenarios.servers import Servers, running
from tests.scenarios.stack import RelaiStack, Transport

pytestmark = pytest.mark.skipif(not TEMPORALS_CAN_BE_SET, reason=WHY_TEMPORALS_CANNOT)

A_DAY = timedelta(days=1, hours=1)
SECOND_WITHIN = 5.0
"""Seconds. What is said twice is by then: messages to one person come 1.2 seconds apart."""


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


# An emulated Temporal takes its time, the more so beside other tests.
@pytest.mark.timeout(300)
async def test_what_was_asked_for_is_done_and_told_once(
    relai: RelaiStack, workspace: Workspace, clock: WallClock
) -> None:
    ana, bo, cy = [await workspace.person(name) for name in ("ana", "bo", "cy")]
    unanswered = await _handed_over(ana, bo, cy, "Water the plants")
    answered = await _handed_over(ana, bo, cy, "Feed the cat")
    call = await ana.insists_on(bo, "Call the bank", due="due in 30 minutes")
    letter = await ana.insists_on(bo, "Post the letter")
    its_card = await bo.sees(letter, "Mark complete", patience=60)

    await relai.worker.stop()
    answer_of(await cy.presses(answered, "Accept"))
    answer_of(await bo.presses(its_card, "Mark complete"))
    piled_up = [await ana.insists_on(bo, f"Piled up {each}") for each in "abcdef"]
    await _let_a_day_pass(relai, clock)
    piled_up.append(await ana.insists_on(bo, "A day later"))
    back_at = time.time() + A_DAY.total_seconds()
    await relai.worker.start()

    # What was asked for, before and after the day; an answer given in time counts.
    await _told_the_end(bo, "Feed the cat", "accepted")
    await cy.sees_no_button(answered, "Accept")
    for title in piled_up:
        await bo.sees(title, "Mark complete", patience=60)
    await ana.sees(letter, "Done by")
    # What came to its end by itself. Cy had ten minutes, and they are over.
    await _told_the_end(bo, "Water the plants", "hasn't answered")
    await cy.sees_no_button(unanswered, "Accept")
    # Of two reminders that were missed the one that is still true.
    for each in (ana, bo):
        assert "min late" in text_of(await each.sees(call, "overdue by 24 h"))

    await asyncio.sleep(SECOND_WITHIN)
    for title in piled_up:
        assert await bo.count(title, "Mark complete") == 1, title
    assert await bo.count("Feed the cat", "hasn't answered") == 0
    for title in "Feed the cat", "Water the plants":
        assert await bo.told("relay_ended", title) == 1, title
    assert await bo.count(call, "due now") == 0
    for each in (ana, bo):
        assert await each.count(call, "late") == 1
    stamps = [ts for each in await bo.messages() if (ts := float(each["ts"])) > back_at]
    assert all(later - earlier > 1 for earlier, later in pairwise(stamps)), stamps
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
    saved = await ana.insists_on(bo, title)
    number = number_in(text_of(await bo.sees(saved, "Mark complete", patience=60)))
    await bo.types(f"/relay @{cy.name} {number}")
    return await cy.sees(number, "Accept", patience=60)


async def _told_the_end(bo: Person, title: str, end: str) -> None:
    await eventually(
        f"Bo is told: {title}, {end}", lambda: bo.told("relay_ended", title, end), patience=60
    )
