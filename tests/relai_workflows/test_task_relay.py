"""A hand-over ends in exactly one way, and its sender is told which."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.service import RPCError

from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import SlackUserId, relay_id
from relai_core.domain.notice import NoticeKind
from relai_core.domain.relay import RelayEnd, RelayMode
from relai_core.domain.user import User
from relai_core.errors import TransientMessengerError, UndeliverableError
from relai_workflows.outcomes import HEARING_GRACE
from tests.relai_core.builders import ANA, BEN, CLEO, TEAM, a_request
from tests.relai_workflows.lives import WINDOW, create
from tests.relai_workflows.stage import POLL, Stage

HANDSHAKE = RelayMode.HANDSHAKE


def told(stage: Stage, kind: NoticeKind) -> list[str]:
    """Who was told so."""
    return [posted.to for posted in stage.told(kind)]


async def test_a_direct_hand_over_moves_the_task_at_once(stage: Stage) -> None:
    life = await create(stage)

    relay = await life.hand_over()

    assert relay.outcome.refusal is None
    assert (await life.task()).owner == BEN
    assert told(stage, NoticeKind.RELAY_OFFERED) == [BEN]


async def test_an_accepted_hand_over_is_told_to_its_sender(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over()

    await relay.carry_out(relay.accepted())

    assert await relay.end() is RelayEnd.ACCEPTED
    assert told(stage, NoticeKind.RELAY_ENDED) == [ANA]


async def test_a_declined_hand_over_goes_back_with_its_reason(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over()

    await relay.carry_out(relay.declined("On leave from tomorrow"))

    assert await relay.end() is RelayEnd.DECLINED
    assert (await life.task()).owner == ANA
    (ended,) = stage.told(NoticeKind.RELAY_ENDED)
    assert ended.to == ANA
    assert "On leave from tomorrow" in str(ended.message.blocks)


async def test_the_receiver_is_nudged_at_half_time(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over()
    opened_at = (await relay.relay()).opened_at

    await relay.advance(WINDOW - timedelta(minutes=1))

    (nudge,) = stage.told(NoticeKind.RELAY_NUDGED)
    assert nudge.to == BEN
    assert timedelta(0) <= nudge.at - (opened_at + WINDOW / 2) < timedelta(minutes=1)


async def test_nobody_is_nudged_once_there_is_an_answer(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over()

    await relay.carry_out(relay.accepted())
    await relay.end()

    assert told(stage, NoticeKind.RELAY_NUDGED) == []


async def test_an_unanswered_direct_hand_over_stays_and_its_sender_is_told(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over()

    await relay.advance(WINDOW)

    assert await relay.end() is RelayEnd.UNANSWERED
    assert (await life.task()).owner == BEN
    (ended,) = stage.told(NoticeKind.RELAY_ENDED)
    assert (ended.to, ended.has_buttons) == (ANA, True)


async def test_the_sender_takes_back_what_was_not_answered(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over()
    await relay.advance(WINDOW)
    await relay.end()

    outcome = await life.carry_out(relay.taken_back())
    await stage.idle()

    assert outcome.task.owner == ANA
    assert told(stage, NoticeKind.TASK_TAKEN_BACK) == [BEN]
    assert not any(posted.has_buttons for posted in stage.messenger.messages if posted.to == BEN)


async def test_a_handshake_leaves_the_task_with_its_sender_until_it_is_accepted(
    stage: Stage,
) -> None:
    life = await create(stage)

    relay = await life.hand_over(mode=HANDSHAKE)
    assert (await life.task()).owner == ANA

    await relay.carry_out(relay.accepted())
    assert (await life.task()).owner == BEN
    assert await relay.end() is RelayEnd.ACCEPTED


async def test_an_unanswered_handshake_is_returned(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over(mode=HANDSHAKE)

    await relay.advance(WINDOW)

    assert await relay.end() is RelayEnd.RETURNED
    assert (await life.task()).owner == ANA
    assert told(stage, NoticeKind.RELAY_ENDED) == [ANA]


async def test_the_sender_withdraws_while_it_is_open(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over()

    await relay.carry_out(relay.withdrawn())

    assert await relay.end() is RelayEnd.WITHDRAWN
    assert (await life.task()).owner == ANA
    assert told(stage, NoticeKind.TASK_TAKEN_BACK) == [BEN]
    assert told(stage, NoticeKind.RELAY_ENDED) == []


async def test_the_first_of_two_answers_wins(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over()
    accepted, withdrawn = relay.accepted(), relay.withdrawn()

    await relay.signal("accepted", accepted)
    await relay.signal("withdrawn", withdrawn)

    assert (await relay.ask(accepted.id)).refusal is None
    late = await relay.ask(withdrawn.id)
    assert late.refusal is not None
    assert late.refusal.reason is RefusalReason.RELAY_ENDED
    assert await relay.end() is RelayEnd.ACCEPTED


async def test_nobody_else_answers_for_the_receiver(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over()

    outcome = await relay.carry_out(relay.accepted(CLEO))

    assert outcome.refusal is not None
    assert outcome.refusal.reason is RefusalReason.NOT_THE_RECEIVER
    assert (await relay.relay()).is_open


async def test_completing_the_task_ends_the_hand_over_and_tells_its_sender(stage: Stage) -> None:
    life = await create(stage, creator=CLEO)
    relay = await life.hand_over()

    await life.carry_out(life.says.completed(BEN))

    assert await relay.end() is RelayEnd.ACCEPTED
    assert told(stage, NoticeKind.RELAY_ENDED) == [ANA]


async def test_the_creator_completing_it_takes_the_hand_over_from_its_receiver(
    stage: Stage,
) -> None:
    life = await create(stage, creator=CLEO)
    relay = await life.hand_over()

    await life.carry_out(life.says.completed(CLEO))

    assert await relay.end() is RelayEnd.WITHDRAWN
    assert told(stage, NoticeKind.RELAY_ENDED) == [ANA]


async def test_whoever_passes_a_task_on_has_accepted_it(stage: Stage) -> None:
    life = await create(stage)
    first = await life.hand_over()

    second = await life.hand_over(CLEO, from_user=BEN)

    assert await first.end() is RelayEnd.ACCEPTED
    assert (await second.relay()).is_open
    assert (await life.task()).owner == CLEO
    assert told(stage, NoticeKind.RELAY_ENDED) == [ANA]


async def test_a_hand_over_by_someone_else_than_the_owner_is_refused(stage: Stage) -> None:
    life = await create(stage)

    relay = await life.hand_over(CLEO, from_user=BEN)

    assert relay.outcome.refusal is not None
    assert relay.outcome.refusal.reason is RefusalReason.NOT_THE_OWNER
    assert await relay.end() is None
    assert (await life.task()).owner == ANA


@pytest.mark.parametrize("fields", [{"deleted": True}, {"is_bot": True}, {"is_guest": True}])
async def test_nobody_hands_over_to_who_can_hold_no_task(
    stage: Stage, fields: dict[str, bool]
) -> None:
    stage.directory.put(User(team_id=TEAM, id=BEN, name="ben", **fields))
    life = await create(stage)

    relay = await life.hand_over()

    assert relay.outcome.refusal is not None
    assert relay.outcome.refusal.reason is RefusalReason.UNREACHABLE
    assert await relay.end() is None


async def test_nobody_hands_over_to_who_is_unknown(stage: Stage) -> None:
    life = await create(stage)

    relay = await life.hand_over(SlackUserId("UNOBODY"))

    assert relay.outcome.refusal is not None
    assert relay.outcome.refusal.reason is RefusalReason.UNREACHABLE


async def test_what_can_not_be_delivered_is_returned_at_once(stage: Stage) -> None:
    """The receiver is deactivated after the hand-over opened, before it could be told."""
    life = await create(stage)
    stage.messenger.fails_before.append(UndeliverableError("user_disabled"))

    relay = await life.hand_over()

    assert await relay.end() is RelayEnd.RETURNED
    assert (await life.task()).owner == ANA
    (ended,) = stage.told(NoticeKind.RELAY_ENDED)
    assert ended.to == ANA


async def test_the_window_ends_at_the_moment_that_the_sender_names(stage: Stage) -> None:
    life = await create(stage)
    answer_by = await life.now() + timedelta(hours=3)
    relay = await life.hand_over(answer_by=answer_by)

    await relay.advance(timedelta(hours=2, minutes=59))
    still_open = (await relay.relay()).is_open
    await relay.advance(timedelta(minutes=1))

    assert still_open
    assert await relay.end() is RelayEnd.UNANSWERED


async def test_an_answer_that_nobody_heard_is_told_by_a_notice(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over()

    await relay.signal("accepted", relay.accepted())
    await stage.idle()
    await relay.advance(HEARING_GRACE)

    assert await relay.end() is RelayEnd.ACCEPTED
    assert told(stage, NoticeKind.TASK_UPDATED) == [BEN]


async def test_a_hand_over_outlives_its_task_s_workflow(stage: Stage) -> None:
    """An operator ended it; the relay finds nobody to tell, and goes on."""
    life = await create(stage)
    relay = await life.hand_over()
    await life.handle.terminate()

    await relay.carry_out(relay.accepted())

    assert await relay.end() is RelayEnd.ACCEPTED


async def test_an_ended_hand_over_takes_no_more_answers(stage: Stage) -> None:
    life = await create(stage)
    relay = await life.hand_over()
    await relay.carry_out(relay.accepted())
    await relay.end()

    with pytest.raises(RPCError):
        await relay.signal("declined", relay.declined("Too late"))


async def test_a_hand_over_that_ended_before_its_opening_was_known_is_told(stage: Stage) -> None:
    """The store opened it, its answer was lost, and the task was done meanwhile."""
    life = await create(stage)
    request = a_request()
    opened = life.says.handed_over().model_copy(
        update={"id": request, "relay_id": relay_id(TEAM, request)}
    )
    await stage.store.tasks.apply(opened)
    await stage.store.tasks.apply(life.says.completed(BEN))

    relay = await life.hand_over(request_id=request)

    assert await relay.end() is RelayEnd.ACCEPTED
    assert told(stage, NoticeKind.RELAY_ENDED) == [ANA]
    assert told(stage, NoticeKind.RELAY_OFFERED) == []


async def test_who_waits_for_an_outcome_costs_no_timer(stage: Stage) -> None:
    life = await create(stage)
    stage.directory.down = TransientMessengerError("service_unavailable")
    asking = asyncio.create_task(life.hand_over())
    while not await has_accepted_question(stage):  # noqa: ASYNC110 - it happens in the server
        await asyncio.sleep(POLL.total_seconds())
    stage.directory.down = None

    relay = await asking

    events = (await relay.handle.fetch_history()).events
    timers = [each for each in events if each.event_type == EventType.EVENT_TYPE_TIMER_STARTED]
    assert len(timers) == 1, "the one for the nudge"


async def has_accepted_question(stage: Stage) -> bool:
    """Whether the workflow that was started last has a question for an outcome."""
    (*_, latest) = stage.started.values()
    events = (await latest.fetch_history()).events
    accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    is_relay = latest.id.startswith("relay-")
    return is_relay and any(each.event_type == accepted for each in events)
