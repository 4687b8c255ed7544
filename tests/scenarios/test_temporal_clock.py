"""Temporal's clock jumps; everybody else's is right.

What is said early is a matter of its clock. That nothing is lost or said twice is one of ours.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client

from devstack.mongo_server import MongoServer
from tests.scenarios.clocks import (
    TEMPORALS_CAN_BE_SET,
    WHY_TEMPORALS_CANNOT,
    WallClock,
    a_temporal,
)
from tests.scenarios.operators import audit
from tests.scenarios.people import (
    Workspace,
    answer_of,
    eventually,
    number_in,
    text_of,
)
from tests.scenarios.servers import Servers, running
from tests.scenarios.stack import RelaiStack, Transport

pytestmark = pytest.mark.skipif(not TEMPORALS_CAN_BE_SET, reason=WHY_TEMPORALS_CANNOT)

AHEAD = timedelta(seconds=30)
SECOND_WITHIN = 5.0
"""Seconds. What is said twice is by then: messages to one person come 1.2 seconds apart."""
UNTIL_IT_CAUGHT_UP = 90.0
"""Seconds. Temporal hands out nothing until its clock is where it was; the first try comes then."""


@pytest.fixture(scope="module", params=["socket"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """How Slack delivers plays no part here."""
    chosen: Transport = request.param
    return chosen


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> WallClock:
    return WallClock(tmp_path_factory.mktemp("clock") / "temporal")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, clock: WallClock) -> Iterator[Servers]:
    data = tmp_path_factory.mktemp("servers")
    with running(MongoServer(data), a_temporal(data, clock)) as servers:
        yield servers


async def test_what_is_asked_for_while_it_jumps_is_done_and_told_once(
    relai: RelaiStack, workspace: Workspace, clock: WallClock
) -> None:
    ana, bo, cy = [await workspace.person(name) for name in ("ana", "bo", "cy")]

    earlier = await ana.insists_on(bo, "Before it")
    before = await bo.sees(earlier, "Mark complete")
    await clock.move(AHEAD)
    meanwhile = await ana.insists_on(bo, "Meanwhile")
    promised_at = datetime.now(UTC)
    await bo.sees(meanwhile, "Mark complete")
    await eventually("that Temporal's clock is ahead", lambda: _is_ahead(relai, promised_at))
    await bo.types(f"/relay @{cy.name} {number_in(text_of(before))}")
    offer = await cy.sees(earlier, "Accept")
    await clock.move(timedelta(0))
    afterwards = await ana.insists_on(bo, "Afterwards")
    answer_of(await cy.presses(offer, "Accept"))
    await bo.sees(afterwards, "Mark complete", patience=UNTIL_IT_CAUGHT_UP)
    await eventually(
        "that Bo is told of Cy's answer",
        lambda: bo.told("relay_ended", earlier, "accepted"),
        UNTIL_IT_CAUGHT_UP,
    )
    # Only whoever was promised a word is owed one: the press may have come before the clock moved.
    if was_promised := any("Saved:" in text_of(message) for message in await cy.messages()):
        await cy.sees(earlier, "Your change")

    await asyncio.sleep(SECOND_WITHIN)
    for title in (meanwhile, afterwards):
        assert await bo.count(title) == 1, title
    assert await bo.told("relay_ended", earlier) == 1
    assert await cy.count(earlier, "You accepted") == 1
    assert await cy.count(earlier, "Your change") == int(was_promised)
    audited = await audit(relai)
    assert audited.code == 0, audited


async def _is_ahead(relai: RelaiStack, promised_at: datetime) -> bool:
    """Whether Temporal wrote of the last workflow that it began long after it was promised."""
    client = await Client.connect(relai.temporal.address)
    began = [
        each.start_time async for each in client.list_workflows(f"TaskQueue = '{relai.database}'")
    ]
    return max(began) - promised_at > AHEAD / 2
