"""A relay ends in exactly one way, and its sender is told."""

from datetime import timedelta

from relai_core.domain.decisions import RefusalReason
from relai_core.domain.notice import NoticeKind
from relai_core.domain.relay import RelayEnd, RelayMode
from tests.relai_core.builders import ANA, BEN, CLEO
from tests.relai_workflows.workflow_driver import WINDOW, create
from tests.relai_workflows.workflow_env import WorkflowEnv

HANDSHAKE = RelayMode.HANDSHAKE


async def test_direct_relay_moves_the_task_at_once(env: WorkflowEnv) -> None:
    life = await create(env)

    relay = await life.hand_over()

    assert relay.outcome.refusal is None
    assert (await life.task()).owner == BEN
    assert env.readers(NoticeKind.RELAY_OFFERED) == [BEN]


async def test_accepted_relay_is_told_to_its_sender(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()

    await relay.carry_out(relay.accepted())

    assert await relay.end() is RelayEnd.ACCEPTED
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]


async def test_declined_relay_returns_with_its_reason(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()

    await relay.carry_out(relay.declined("On leave from tomorrow"))

    assert await relay.end() is RelayEnd.DECLINED
    assert (await life.task()).owner == ANA
    (ended,) = env.told(NoticeKind.RELAY_ENDED)
    assert ended.to == ANA
    assert "On leave from tomorrow" in str(ended.message.blocks)


async def test_receiver_is_nudged_at_half_time(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()
    opened_at = (await relay.relay()).opened_at

    await relay.advance(WINDOW - timedelta(minutes=1))

    (nudge,) = env.told(NoticeKind.RELAY_NUDGED)
    assert nudge.to == BEN
    assert timedelta(0) <= nudge.at - (opened_at + WINDOW / 2) < timedelta(minutes=1)


async def test_answered_relay_sends_no_nudge(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()

    await relay.carry_out(relay.accepted())
    await relay.end()

    assert env.readers(NoticeKind.RELAY_NUDGED) == []


async def test_unanswered_direct_relay_stays_with_its_receiver(
    env: WorkflowEnv,
) -> None:
    life = await create(env)
    relay = await life.hand_over()

    await relay.advance(WINDOW)

    assert await relay.end() is RelayEnd.UNANSWERED
    assert (await life.task()).owner == BEN
    (ended,) = env.told(NoticeKind.RELAY_ENDED)
    assert (ended.to, ended.has_buttons) == (ANA, True)


async def test_sender_takes_back_an_unanswered_relay(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()
    await relay.advance(WINDOW)
    await relay.end()

    outcome = await life.carry_out(relay.taken_back())
    await env.idle()

    assert outcome.task.owner == ANA
    assert env.readers(NoticeKind.TASK_TAKEN_BACK) == [BEN]
    assert not any(posted.has_buttons for posted in env.messenger.messages if posted.to == BEN)


async def test_handshake_moves_the_task_on_acceptance(
    env: WorkflowEnv,
) -> None:
    life = await create(env)

    relay = await life.hand_over(mode=HANDSHAKE)
    assert (await life.task()).owner == ANA

    await relay.carry_out(relay.accepted())
    assert (await life.task()).owner == BEN
    assert await relay.end() is RelayEnd.ACCEPTED


async def test_unanswered_handshake_is_returned(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over(mode=HANDSHAKE)

    await relay.advance(WINDOW)

    assert await relay.end() is RelayEnd.RETURNED
    assert (await life.task()).owner == ANA
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]


async def test_sender_withdraws_an_open_relay(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()

    await relay.carry_out(relay.withdrawn())

    assert await relay.end() is RelayEnd.WITHDRAWN
    assert (await life.task()).owner == ANA
    assert env.readers(NoticeKind.TASK_TAKEN_BACK) == [BEN]
    assert env.readers(NoticeKind.RELAY_ENDED) == []


async def test_first_of_two_answers_wins(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()
    accepted, withdrawn = relay.accepted(), relay.withdrawn()

    await relay.signal("accepted", accepted)
    await relay.signal("withdrawn", withdrawn)

    assert (await relay.ask(accepted.id)).refusal is None
    late = await relay.ask(withdrawn.id)
    assert late.refusal is not None
    assert late.refusal.reason is RefusalReason.RELAY_ENDED
    assert await relay.end() is RelayEnd.ACCEPTED


async def test_completion_by_the_receiver_accepts_the_relay(
    env: WorkflowEnv,
) -> None:
    life = await create(env, creator=CLEO)
    relay = await life.hand_over()

    await life.carry_out(life.says.completed(BEN))

    assert await relay.end() is RelayEnd.ACCEPTED
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]


async def test_completion_by_the_creator_withdraws_the_relay(
    env: WorkflowEnv,
) -> None:
    life = await create(env, creator=CLEO)
    relay = await life.hand_over()

    await life.carry_out(life.says.completed(CLEO))

    assert await relay.end() is RelayEnd.WITHDRAWN
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]


async def test_passing_a_task_on_accepts_the_first_relay(env: WorkflowEnv) -> None:
    life = await create(env)
    first = await life.hand_over()

    second = await life.hand_over(CLEO, from_user=BEN)

    assert await first.end() is RelayEnd.ACCEPTED
    assert (await second.relay()).is_open
    assert (await life.task()).owner == CLEO
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]


async def test_window_ends_at_the_moment_named_by_the_sender(env: WorkflowEnv) -> None:
    life = await create(env)
    answer_by = await life.now() + timedelta(hours=3)
    relay = await life.hand_over(answer_by=answer_by)

    await relay.advance(timedelta(hours=2, minutes=59))
    still_open = (await relay.relay()).is_open
    await relay.advance(timedelta(minutes=1))

    assert still_open
    assert await relay.end() is RelayEnd.UNANSWERED
