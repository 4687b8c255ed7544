"""Each request is answered, or told by a notice."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from relai_core.domain.notice import NoticeKind
from relai_core.domain.relay import RelayEnd
from relai_workflows.outcomes import HEARING_GRACE
from tests.relai_core.builders import ANA, BEN, CLEO, TEAM, a_new_task, a_request
from tests.relai_workflows.workflow_driver import begin, create
from tests.relai_workflows.workflow_env import WorkflowEnv


async def test_question_about_unknown_request_is_refused(env: WorkflowEnv) -> None:
    life = await create(env)

    with pytest.raises(WorkflowUpdateFailedError):
        await life.ask(a_request())


async def test_unconfirmed_outcome_is_told_by_a_notice(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)

    await life.signal("completed", life.says.completed(BEN))
    await env.idle()
    await life.advance(HEARING_GRACE)

    assert env.readers(NoticeKind.TASK_UPDATED) == [BEN]


async def test_unconfirmed_refusal_is_told_by_a_notice(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)

    await life.signal("completed", life.says.completed(CLEO))
    await env.idle()
    await life.advance(HEARING_GRACE)

    assert env.readers(NoticeKind.REQUEST_REFUSED) == [CLEO]


async def test_confirmed_outcome_is_not_told_again(env: WorkflowEnv) -> None:
    life = await create(env)

    await life.carry_out(life.says.progressed(10))
    await life.carry_out(life.says.completed())
    await life.handle.result()

    assert env.told(NoticeKind.TASK_UPDATED, NoticeKind.TASK_CREATED) == []


async def test_creator_without_answer_is_told_the_number(env: WorkflowEnv) -> None:
    life = await begin(env, a_new_task(owner=BEN))
    await env.idle()
    await life.advance(HEARING_GRACE)

    (told,) = env.told(NoticeKind.TASK_CREATED)

    assert "T-1" in told.message.text


async def test_creator_who_owns_the_task_gets_only_the_card(env: WorkflowEnv) -> None:
    life = await begin(env, a_new_task())
    await env.idle()
    await life.advance(HEARING_GRACE)

    assert [each.kind for each in env.messenger.messages] == [NoticeKind.TASK_ASSIGNED]


async def test_task_for_deactivated_person_stays_with_its_creator(
    env: WorkflowEnv,
) -> None:
    """The owner is deactivated between the command and its execution."""
    gone = env.directory.users[TEAM, BEN].model_copy(update={"deleted": True})
    env.directory.put(gone)

    life = await begin(env, a_new_task(owner=BEN))
    await env.idle()
    await life.advance(HEARING_GRACE)

    assert env.readers(NoticeKind.TASK_ASSIGNED) == [ANA]
    (told,) = env.told(NoticeKind.REQUEST_REFUSED)
    assert "can't hold a task" in told.message.text


async def test_unconfirmed_relay_answer_is_told_by_a_notice(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()

    await relay.signal("accepted", relay.accepted())
    await env.idle()
    await relay.advance(HEARING_GRACE)

    assert await relay.end() is RelayEnd.ACCEPTED
    assert env.readers(NoticeKind.TASK_UPDATED) == [BEN]


async def test_lost_outcome_is_told_by_a_notice(env: WorkflowEnv) -> None:
    """The workflow answered, and the answer never reached its caller."""
    life = await create(env, owner=BEN)
    done = life.says.completed(BEN)
    await life.signal("completed", done)

    await life.ask_only(done.id)
    await life.advance(HEARING_GRACE)
    await life.handle.result()

    assert env.readers(NoticeKind.TASK_UPDATED) == [BEN]


async def test_lost_relay_answer_is_told_by_a_notice(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over()
    accepted = relay.accepted()
    await relay.signal("accepted", accepted)

    await relay.ask_only(accepted.id)
    await relay.advance(HEARING_GRACE)

    assert await relay.end() is RelayEnd.ACCEPTED
    assert env.readers(NoticeKind.TASK_UPDATED) == [BEN]
