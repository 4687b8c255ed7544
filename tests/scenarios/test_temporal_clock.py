"""Temporal's clock jumps; everybody else's is right.

What is said early is a matter of its clock. That nothing is lost or said twice is one of ours.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from devstack.mongo_server import MongoServer
from tests.scenarios.clocks import (
    TEMPORALS_CAN_BE_SET,
    WHY_TEMPORALS_CANNOT,
    WallClock,
    a_temporal,
)
from tests.scenarios.operators import audit
from tests.scenarios.people import Person, Workspace, answer_of, text_of
from tests.scenarios.servers import Servers, running
from tests.scenarios.stack import RelaiStack, Transport

pytestmark = pytest.mark.skipif(not TEMPORALS_CAN_BE_SET, reason=WHY_TEMPORALS_CANNOT)

AHEAD = timedelta(seconds=30)
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
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    titles = ["Before it", "Meanwhile", "Afterwards"]

    for title, ahead in zip(titles, [timedelta(0), AHEAD, timedelta(0)], strict=True):
        await clock.move(ahead)
        await _give(ana, bo, title)
        await bo.sees(title, "Mark complete", patience=UNTIL_IT_CAUGHT_UP)

    assert [await bo.count(title) for title in titles] == [1, 1, 1]
    assert "late" not in "".join(text_of(message) for message in await bo.messages())
    audited = await audit(relai)
    assert audited.code == 0, audited


async def _give(ana: Person, bo: Person, title: str) -> None:
    """Give Bo a task. It is at least saved."""
    said = answer_of(await ana.types(f"/task new {title} @{bo.name}"))
    assert title in said or "Saved" in said, said
