"""What previous builds left in flight, this one brings to its end.

Between a recording and a test lie seconds or years; either way the outcome is the same.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from devstack.mongo_server import MongoServer
from relai_core.domain.notice import NoticeKind
from relai_core.domain.relay import RelayEnd
from relai_workflows.ids import lifecycle_id, onboarding_id
from relai_workflows.outcomes import HEARING_GRACE
from tests.relai_core.builders import ANA, BEN, CLEO, TEAM, Changes
from tests.relai_workflows.left_behind import BUILDS
from tests.relai_workflows.previous_build import PreviousBuild, TakenUp
from tests.relai_workflows.workflow_driver import WINDOW, Driver

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


@pytest.fixture(scope="module", params=sorted(BUILDS.iterdir()), ids=lambda path: path.stem)
def build(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    mongo_server: MongoServer,
) -> Iterator[PreviousBuild]:
    """Each build that is kept. Of its work every test takes a piece that no other does."""
    build = PreviousBuild(request.param, mongo_server, tmp_path_factory.mktemp("build"))
    asyncio.run(build.start())
    yield build
    asyncio.run(build.stop())


@pytest.fixture
async def taken_up(build: PreviousBuild) -> AsyncIterator[TakenUp]:
    """Its work, with a worker of this build."""
    async with build.taken_up() as taken_up:
        yield taken_up


async def test_a_task_is_reminded_of_and_completed(taken_up: TakenUp) -> None:
    life = taken_up.life("reminder_pending")

    await taken_up.advance(life.handle, 5 * DAY)
    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()

    assert (await life.task()).title == "Renew both certificates"
    assert taken_up.readers(life, NoticeKind.REMINDER_OVERDUE) == [ANA, BEN]
    assert taken_up.readers(life, NoticeKind.TASK_COMPLETED) == [ANA]


async def test_a_task_continues_as_new_with_this_build(taken_up: TakenUp) -> None:
    life = taken_up.life("about_to_continue_as_new")

    await taken_up.advance(life.handle, 2 * DAY)
    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()

    assert taken_up.readers(life, NoticeKind.TASK_COMPLETED) == [ANA]


async def test_a_token_closes_what_a_token_asked_for(taken_up: TakenUp) -> None:
    life = taken_up.life("asked_for_by_a_token")

    await life.carry_out(life.token_says.completed(CLEO))
    await life.handle.result()

    assert (await life.task()).via == life.new.via
    assert taken_up.readers(life, NoticeKind.TASK_COMPLETED) == [ANA, CLEO]


async def test_an_offer_is_accepted(taken_up: TakenUp) -> None:
    life, relay = taken_up.life("offered_directly"), taken_up.relay("offered_directly")

    await relay.carry_out(relay.accepted())

    assert await relay.end() is RelayEnd.ACCEPTED
    assert taken_up.readers(life, NoticeKind.RELAY_ENDED) == [ANA]


async def test_an_offer_for_a_handshake_is_declined(taken_up: TakenUp) -> None:
    name = "offered_for_a_handshake"
    life, relay = taken_up.life(name), taken_up.relay(name)

    await relay.carry_out(relay.declined("On leave"))

    assert await relay.end() is RelayEnd.DECLINED
    assert (await life.task()).owner == ANA
    assert taken_up.readers(life, NoticeKind.RELAY_ENDED) == [ANA]


async def test_an_offer_that_nobody_answers_is_taken_back(taken_up: TakenUp) -> None:
    life, relay = taken_up.life("soon_unanswered"), taken_up.relay("soon_unanswered")

    await taken_up.advance(relay.handle, WINDOW)
    end = await relay.end()
    await life.carry_out(relay.taken_back())
    await taken_up.env.idle()

    assert end is RelayEnd.UNANSWERED
    assert (await life.task()).owner == ANA
    assert taken_up.readers(life, NoticeKind.TASK_TAKEN_BACK) == [BEN]


async def test_an_answer_given_while_no_worker_ran_counts(taken_up: TakenUp) -> None:
    relay = taken_up.relay("accepted_when_no_worker_ran")

    await taken_up.env.idle()
    await taken_up.advance(relay.handle, HEARING_GRACE)

    assert await relay.end() is RelayEnd.ACCEPTED


async def test_a_task_begun_while_no_worker_ran_reaches_its_owner(taken_up: TakenUp) -> None:
    life = taken_up.life("begun_when_no_worker_ran")

    await taken_up.env.idle()

    assert taken_up.readers(life, NoticeKind.TASK_ASSIGNED) == [BEN]


async def test_what_slack_had_not_taken_is_said_once(taken_up: TakenUp) -> None:
    life = taken_up.life("not_taken_by_slack")

    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()

    assert taken_up.readers(life, NoticeKind.TASK_ASSIGNED) == [BEN]
    assert taken_up.readers(life, NoticeKind.TASK_COMPLETED) == [ANA]


async def test_cards_of_before_lose_their_buttons(taken_up: TakenUp) -> None:
    life = taken_up.life("shown_on_two_cards")
    before = [posted.key for posted in taken_up.said(life) if posted.has_buttons]

    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()

    dead = [posted.key for posted in taken_up.said(life) if not posted.has_buttons]
    assert len(before) == 2
    assert set(before) <= set(dead)


async def test_a_first_week_is_summed_up_once(taken_up: TakenUp) -> None:
    env = taken_up.env
    week = env.handle(onboarding_id(TEAM, CLEO))

    for task in await env.store.tasks.list_owned(TEAM, CLEO, 10):
        given = Driver(env, env.handle(lifecycle_id(task.id)))
        await given.carry_out(Changes(task, datetime.now(UTC)).completed(CLEO))
        await given.handle.result()
    await taken_up.advance(week, WEEK)
    await week.result()

    assert env.readers(NoticeKind.WELCOME) == [CLEO]
    assert env.readers(NoticeKind.ONBOARDING_SUMMARY) == [ANA]


async def test_nothing_is_said_twice(taken_up: TakenUp) -> None:
    await taken_up.env.idle()

    keys = [posted.key for posted in taken_up.env.messenger.messages]
    assert len(keys) == len(set(keys))
