"""Relays that are refused, can't be delivered, or meet an outage."""

from datetime import timedelta

import pytest
from temporalio.service import RPCError

from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import SlackUserId, relay_id
from relai_core.domain.notice import NoticeKind
from relai_core.domain.relay import RelayEnd
from relai_core.domain.user import User
from relai_core.errors import TransientMessengerError, UndeliverableError
from relai_workflows.contracts import TaskRelayResult
from relai_workflows.outcomes import HEARING_GRACE
from tests.relai_core.builders import ANA, BEN, CLEO, TEAM, a_request
from tests.relai_workflows.workflow_driver import WINDOW, create
from tests.relai_workflows.workflow_env import WorkflowEnv

OUTAGE = WINDOW + timedelta(minutes=1)
NEXT_TRY = timedelta(minutes=1)
"""As long as the longest pause between two tries."""


async def test_answer_by_another_person_is_refused(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()

    outcome = await relay.carry_out(relay.accepted(CLEO))

    assert outcome.refusal is not None
    assert outcome.refusal.reason is RefusalReason.NOT_THE_RECEIVER
    assert (await relay.relay()).is_open


async def test_relay_by_another_person_than_the_owner_is_refused(env: WorkflowEnv) -> None:
    life = await create(env)

    relay = await life.hand_over(CLEO, from_user=BEN)

    assert relay.outcome.refusal is not None
    assert relay.outcome.refusal.reason is RefusalReason.NOT_THE_OWNER
    assert await relay.result() == TaskRelayResult(end=None, refusal=RefusalReason.NOT_THE_OWNER)
    assert (await life.task()).owner == ANA


@pytest.mark.parametrize("fields", [{"deleted": True}, {"is_bot": True}, {"is_guest": True}])
async def test_relay_to_an_unreachable_person_is_refused(
    env: WorkflowEnv, fields: dict[str, bool]
) -> None:
    env.directory.put(User(team_id=TEAM, id=BEN, name="ben", **fields))
    life = await create(env)

    relay = await life.hand_over()

    assert relay.outcome.refusal is not None
    assert relay.outcome.refusal.reason is RefusalReason.UNREACHABLE
    assert await relay.end() is None


async def test_relay_to_an_unknown_person_is_refused(env: WorkflowEnv) -> None:
    life = await create(env)

    relay = await life.hand_over(SlackUserId("UNOBODY"))

    assert relay.outcome.refusal is not None
    assert relay.outcome.refusal.reason is RefusalReason.UNREACHABLE


async def test_undeliverable_relay_is_returned_at_once(env: WorkflowEnv) -> None:
    """The receiver is deactivated after the hand-over opened, before it could be told."""
    life = await create(env)
    env.messenger.fails_before.append(UndeliverableError("user_disabled"))

    relay = await life.hand_over()

    assert await relay.end() is RelayEnd.RETURNED
    assert (await life.task()).owner == ANA
    (ended,) = env.told(NoticeKind.RELAY_ENDED)
    assert ended.to == ANA


async def test_relay_outlives_its_task_workflow(env: WorkflowEnv) -> None:
    """An operator terminated the task's workflow; the relay can't signal it, and goes on."""
    life = await create(env)
    relay = await life.hand_over()
    await life.handle.terminate()

    await relay.carry_out(relay.accepted())

    assert await relay.end() is RelayEnd.ACCEPTED


async def test_ended_relay_takes_no_answers(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()
    await relay.carry_out(relay.accepted())
    await relay.end()

    with pytest.raises(RPCError):
        await relay.signal("declined", relay.declined("Too late"))


async def test_relay_that_ended_before_its_opening_was_confirmed(
    env: WorkflowEnv,
) -> None:
    """The answer of the store got lost, and the task was completed before the retry."""
    life = await create(env)
    request = a_request()
    opened = life.says.handed_over().model_copy(
        update={"id": request, "relay_id": relay_id(TEAM, request)}
    )
    await env.store.tasks.apply(opened)
    await env.store.tasks.apply(life.says.completed(BEN))

    relay = await life.hand_over(request_id=request)

    assert await relay.end() is RelayEnd.ACCEPTED
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]
    assert env.readers(NoticeKind.RELAY_OFFERED) == []


async def test_sender_is_told_the_end_once(
    env: WorkflowEnv,
) -> None:
    """While Slack is down, the sender's outcome stays unconfirmed, and Ben accepts."""
    life = await create(env)
    env.messenger.down = TransientMessengerError("service_unavailable")
    relay = await life.begin_hand_over()
    await env.let_pass(relay.handle, 2 * HEARING_GRACE)
    await relay.signal("accepted", relay.accepted())
    await env.let_pass(relay.handle, OUTAGE)
    env.messenger.down = None
    await env.let_pass(relay.handle, OUTAGE)

    assert await relay.end() is RelayEnd.ACCEPTED
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]
    assert env.readers(NoticeKind.RELAY_SENT) == []


async def test_receiver_of_a_withdrawn_unsent_offer_gets_one_notice(
    env: WorkflowEnv,
) -> None:
    life = await create(env)
    env.messenger.down = TransientMessengerError("service_unavailable")
    relay = await life.begin_hand_over()
    await relay.ask(relay.start.request_id)
    await relay.signal("withdrawn", relay.withdrawn())
    await env.let_pass(relay.handle, OUTAGE)
    env.messenger.down = None
    await env.let_pass(relay.handle, OUTAGE)

    assert await relay.end() is RelayEnd.WITHDRAWN
    assert env.readers(NoticeKind.TASK_TAKEN_BACK) == [BEN]
    assert env.readers(NoticeKind.RELAY_OFFERED) == []


async def test_window_starts_when_a_late_offer_arrives(
    env: WorkflowEnv,
) -> None:
    """Slack is down for longer than the window, which starts when the offer arrives."""
    life = await create(env)
    env.messenger.down = TransientMessengerError("service_unavailable")
    relay = await life.begin_hand_over()
    await relay.ask(relay.start.request_id)
    first = await relay.relay()
    await env.let_pass(relay.handle, OUTAGE)
    still_open = await relay.relay()
    env.messenger.down = None
    await env.let_pass(relay.handle, NEXT_TRY)
    await env.idle(relay.handle)
    postponed = await relay.relay()

    await relay.carry_out(relay.accepted())

    assert still_open.is_open
    assert postponed.answer_by > first.answer_by
    assert await relay.end() is RelayEnd.ACCEPTED
    kinds = [event.kind for event in await env.store.tasks.list_events(life.new.id)]
    assert kinds == ["created", "relay_opened", "relay_postponed", "relay_accepted"]
    assert env.readers(NoticeKind.RELAY_NUDGED) == []


async def test_restarted_window_ends_unanswered(env: WorkflowEnv) -> None:
    life = await create(env)
    env.messenger.down = TransientMessengerError("service_unavailable")
    relay = await life.begin_hand_over()
    await relay.ask(relay.start.request_id)
    await env.let_pass(relay.handle, OUTAGE)
    env.messenger.down = None
    await env.let_pass(relay.handle, NEXT_TRY)
    await env.idle(relay.handle)

    await relay.advance_to((await relay.relay()).answer_by + timedelta(seconds=1))

    assert await relay.end() is RelayEnd.UNANSWERED
    assert env.readers(NoticeKind.RELAY_NUDGED) == [BEN]
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]


async def test_moment_named_by_the_sender_is_not_moved(env: WorkflowEnv) -> None:
    life = await create(env)
    env.messenger.down = TransientMessengerError("service_unavailable")
    answer_by = await life.now() + WINDOW
    relay = await life.begin_hand_over(answer_by=answer_by)
    await relay.ask(relay.start.request_id)

    await env.let_pass(relay.handle, OUTAGE)

    ended = await relay.relay()
    assert ended.end is RelayEnd.UNANSWERED
    assert ended.answer_by == answer_by.replace(microsecond=answer_by.microsecond // 1000 * 1000)
