"""Every request is answered, or else told by a notice."""

import asyncio

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError

from relai_core.domain.notice import NoticeKind
from relai_core.domain.relay import RelayEnd
from relai_core.errors import TransientMessengerError
from relai_workflows.outcomes import HEARING_GRACE
from tests.relai_core.builders import ANA, BEN, CLEO, TEAM, a_new_task, a_request
from tests.relai_workflows.workflow_driver import begin, create
from tests.relai_workflows.workflow_env import POLL, WorkflowEnv


async def test_nobody_waits_for_the_outcome_of_an_unknown_request(env: WorkflowEnv) -> None:
    life = await create(env)

    with pytest.raises(WorkflowUpdateFailedError):
        await life.ask(a_request())


async def test_an_outcome_that_nobody_heard_is_told_by_a_notice(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)

    await life.signal("completed", life.says.completed(BEN))
    await env.idle()
    await life.advance(HEARING_GRACE)

    assert env.readers(NoticeKind.TASK_UPDATED) == [BEN]


async def test_a_refusal_that_nobody_heard_is_told_by_a_notice(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)

    await life.signal("completed", life.says.completed(CLEO))
    await env.idle()
    await life.advance(HEARING_GRACE)

    assert env.readers(NoticeKind.REQUEST_REFUSED) == [CLEO]


async def test_an_outcome_that_was_heard_is_not_told_again(env: WorkflowEnv) -> None:
    life = await create(env)

    await life.carry_out(life.says.progressed(10))
    await life.carry_out(life.says.completed())
    await life.handle.result()

    assert env.told(NoticeKind.TASK_UPDATED, NoticeKind.TASK_CREATED) == []


async def test_a_creator_without_an_answer_is_told_the_number(env: WorkflowEnv) -> None:
    life = await begin(env, a_new_task(owner=BEN))
    await env.idle()
    await life.advance(HEARING_GRACE)

    (told,) = env.told(NoticeKind.TASK_CREATED)

    assert "T-1" in told.message.text


async def test_a_creator_who_owns_the_task_has_the_card_and_nothing_more(env: WorkflowEnv) -> None:
    life = await begin(env, a_new_task())
    await env.idle()
    await life.advance(HEARING_GRACE)

    assert [each.kind for each in env.messenger.messages] == [NoticeKind.TASK_ASSIGNED]


async def test_a_task_for_someone_who_cannot_hold_it_stays_with_its_creator(
    env: WorkflowEnv,
) -> None:
    """They were deactivated between the command and its being carried out."""
    gone = env.directory.users[TEAM, BEN].model_copy(update={"deleted": True})
    env.directory.put(gone)

    life = await begin(env, a_new_task(owner=BEN))
    await env.idle()
    await life.advance(HEARING_GRACE)

    assert env.readers(NoticeKind.TASK_ASSIGNED) == [ANA]
    (told,) = env.told(NoticeKind.REQUEST_REFUSED)
    assert "can't hold a task" in told.message.text


async def test_an_answer_that_nobody_heard_is_told_by_a_notice(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()

    await relay.signal("accepted", relay.accepted())
    await env.idle()
    await relay.advance(HEARING_GRACE)

    assert await relay.end() is RelayEnd.ACCEPTED
    assert env.readers(NoticeKind.TASK_UPDATED) == [BEN]


async def test_an_outcome_that_was_lost_on_the_way_is_told_by_a_notice(env: WorkflowEnv) -> None:
    """The workflow gave it, and it never came: only the one who asked can know that."""
    life = await create(env, owner=BEN)
    done = life.says.completed(BEN)
    await life.signal("completed", done)

    await life.ask_to_confirm(done.id)
    await life.advance(HEARING_GRACE)
    await life.handle.result()

    assert env.readers(NoticeKind.TASK_UPDATED) == [BEN]


async def test_an_outcome_whose_hearing_was_confirmed_is_not_told_again(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)
    done = life.says.completed(BEN)
    await life.signal("completed", done)

    await life.ask_to_confirm(done.id)
    await life.confirm(done.id)
    await life.handle.result()

    assert env.told(NoticeKind.TASK_UPDATED) == []


async def test_an_answer_that_was_lost_on_the_way_is_told_by_a_notice(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()
    accepted = relay.accepted()
    await relay.signal("accepted", accepted)

    await relay.ask_to_confirm(accepted.id)
    await relay.advance(HEARING_GRACE)

    assert await relay.end() is RelayEnd.ACCEPTED
    assert env.readers(NoticeKind.TASK_UPDATED) == [BEN]


async def test_who_waits_for_an_outcome_costs_no_timer(env: WorkflowEnv) -> None:
    life = await create(env)
    env.directory.down = TransientMessengerError("service_unavailable")
    asking = asyncio.create_task(life.hand_over())
    while not await has_accepted_question(env):  # noqa: ASYNC110 - it happens in the server
        await asyncio.sleep(POLL.total_seconds())
    env.directory.down = None

    relay = await asking

    events = (await relay.handle.fetch_history()).events
    timers = [each for each in events if each.event_type == EventType.EVENT_TYPE_TIMER_STARTED]
    assert len(timers) == 1, "the one for the nudge"


async def has_accepted_question(env: WorkflowEnv) -> bool:
    """Whether the workflow that was started last has a question for an outcome."""
    (*_, latest) = env.started.values()
    events = (await latest.fetch_history()).events
    accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    is_relay = latest.id.startswith("relay-")
    return is_relay and any(each.event_type == accepted for each in events)
