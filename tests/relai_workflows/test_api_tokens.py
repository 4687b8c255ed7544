"""Requests by API tokens: the people named are told, and the token is answered over HTTP."""

from datetime import UTC, datetime

import pytest

from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import SlackUserId
from relai_core.domain.notice import NoticeKind
from relai_core.domain.relay import RelayEnd, RelayMode
from relai_workflows.contracts import TaskRelayResult
from relai_workflows.outcomes import HEARING_GRACE
from tests.relai_core.builders import ANA, BEN, CI, CLEO, a_new_task
from tests.relai_workflows.workflow_driver import begin, create
from tests.relai_workflows.workflow_env import WorkflowEnv

UNHEARD = (NoticeKind.TASK_CREATED, NoticeKind.TASK_UPDATED, NoticeKind.REQUEST_REFUSED)


async def test_card_names_the_token(env: WorkflowEnv) -> None:
    await create(env, owner=BEN, via=CI)

    (card,) = env.told(NoticeKind.TASK_ASSIGNED)

    assert card.to == BEN
    assert f"<@{ANA}> (through `ci`) gave you" in card.message.text


async def test_unconfirmed_outcome_of_a_token_sends_no_notice(env: WorkflowEnv) -> None:
    life = await begin(env, a_new_task(owner=BEN, via=CI, created_at=datetime.now(UTC)))
    await life.signal("progressed", life.token_says.progressed(10, BEN))
    await life.signal("completed", life.token_says.completed(CLEO))
    await env.idle()

    await life.advance(HEARING_GRACE)

    assert (await life.task()).progress == 10
    assert env.told(*UNHEARD) == []


async def test_sender_of_a_token_relay_is_told_at_once(env: WorkflowEnv) -> None:
    life = await create(env)

    await life.hand_over(via=CI)

    (sent,) = env.told(NoticeKind.RELAY_SENT)
    assert (sent.to, sent.has_buttons) == (ANA, True)
    assert "in your name through `ci`" in sent.message.text
    (offered,) = env.told(NoticeKind.RELAY_OFFERED)
    assert f"<@{ANA}> (through `ci`) handed you" in offered.message.text


async def test_relay_without_token_sends_its_sender_no_notice(
    env: WorkflowEnv,
) -> None:
    await (await create(env)).hand_over()

    assert env.told(NoticeKind.RELAY_SENT) == []


@pytest.mark.parametrize("times_asked", [0, 3])
async def test_sender_is_told_once_if_the_token_asks_repeatedly(
    env: WorkflowEnv, times_asked: int
) -> None:
    life = await create(env)
    relay = await life.begin_hand_over(via=CI)
    await life.begin_hand_over(via=CI, request_id=relay.start.request_id)

    for _ in range(times_asked):
        await relay.ask(relay.start.request_id)
    await env.idle()
    await relay.advance(HEARING_GRACE)

    assert env.readers(NoticeKind.RELAY_SENT) == [ANA]


async def test_sender_takes_back_a_token_relay(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over(via=CI)

    await relay.carry_out(relay.withdrawn())

    assert await relay.end() is RelayEnd.WITHDRAWN
    assert (await life.task()).owner == ANA
    assert not any(posted.has_buttons for posted in env.told(NoticeKind.RELAY_SENT))


async def test_refused_token_relay_sends_no_notice(env: WorkflowEnv) -> None:
    life = await create(env)

    relay = await life.begin_hand_over(CLEO, from_user=BEN, via=CI)

    assert await relay.result() == TaskRelayResult(end=None, refusal=RefusalReason.NOT_THE_OWNER)
    assert {posted.kind for posted in env.messenger.messages} == {NoticeKind.TASK_ASSIGNED}


async def test_completion_by_token_is_told_to_its_actor(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)

    await life.carry_out(life.token_says.completed(BEN))
    await life.handle.result()

    texts = {told.to: told.message.text for told in env.told(NoticeKind.TASK_COMPLETED)}
    assert len(env.told(NoticeKind.TASK_COMPLETED)) == len(texts)
    assert "Done by you (through `ci`)" in texts[BEN]
    assert f"Done by <@{BEN}> (through `ci`)" in texts[ANA]


async def test_cancellation_by_token_is_told_to_its_actor(env: WorkflowEnv) -> None:
    life = await create(env)

    await life.carry_out(life.token_says.cancelled())
    await life.handle.result()

    assert env.readers(NoticeKind.TASK_CANCELLED) == [ANA]


@pytest.mark.parametrize(
    ("creator", "mode", "closer"),
    [
        (CLEO, RelayMode.DIRECT, BEN),
        (CLEO, RelayMode.DIRECT, CLEO),
        (CLEO, RelayMode.HANDSHAKE, ANA),
        (CLEO, RelayMode.HANDSHAKE, CLEO),
        (ANA, RelayMode.DIRECT, ANA),
    ],
)
async def test_closing_by_token_is_told_once_to_each_person(
    env: WorkflowEnv, creator: SlackUserId, mode: RelayMode, closer: SlackUserId
) -> None:
    life = await create(env, creator=creator, owner=ANA)
    relay = await life.hand_over(mode=mode)

    await life.carry_out(life.token_says.completed(closer))
    await relay.end()
    await life.handle.result()

    ends = (NoticeKind.TASK_COMPLETED, NoticeKind.RELAY_ENDED, NoticeKind.TASK_TAKEN_BACK)
    assert sorted(posted.to for posted in env.told(*ends)) == sorted({ANA, BEN, creator})


async def test_trail_names_the_token_in_its_events(env: WorkflowEnv) -> None:
    life = await create(env, via=CI)
    await life.carry_out(life.says.progressed(10))
    relay = await life.hand_over(via=CI)
    await relay.carry_out(relay.accepted())
    await life.carry_out(life.token_says.completed(BEN))

    trail = await env.store.tasks.list_events(life.new.id)

    assert [(event.kind, event.via) for event in trail] == [
        ("created", CI),
        ("progressed", None),
        ("relay_opened", CI),
        ("relay_accepted", None),
        ("completed", CI),
    ]
