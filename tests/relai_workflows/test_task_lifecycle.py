"""The life of a task: created once, changed by whoever may, told to everyone it concerns."""

from datetime import timedelta

import pytest
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from relai_core.domain.decisions import RefusalReason
from relai_core.domain.notice import NoticeKind
from relai_core.domain.task import TaskStatus
from relai_core.errors import TransientMessengerError
from relai_workflows.contracts import TaskLifecycleInput
from relai_workflows.task_lifecycle import LONGEST_RUN
from tests.relai_core.builders import ANA, BEN, CLEO, Changes, a_new_task
from tests.relai_workflows.workflow_driver import TaskDriver, begin, create
from tests.relai_workflows.workflow_env import WorkflowEnv

DOWN = timedelta(hours=1)
NEXT_TRY = timedelta(minutes=1)


async def test_whoever_creates_a_task_hears_its_number(env: WorkflowEnv) -> None:
    life = await begin(env, a_new_task())

    outcome = await life.ask(life.new.request_id)

    assert outcome.refusal is None
    assert outcome.task.key == "T-1"


async def test_a_repeated_start_is_the_same_task(env: WorkflowEnv) -> None:
    """Slack delivers again what was not answered in time."""
    new = a_new_task()

    lives = [await begin(env, new), await begin(env, new)]

    assert {(await life.ask(new.request_id)).task.number for life in lives} == {1}
    assert len(await env.store.tasks.list_owned(new.team_id, ANA, 10)) == 1


async def test_a_repeated_start_after_the_end_starts_nothing(env: WorkflowEnv) -> None:
    life = await create(env)
    await life.carry_out(life.says.completed())
    await life.handle.result()

    with pytest.raises(WorkflowAlreadyStartedError):
        await begin(env, life.new)


async def test_the_owner_gets_a_card_that_says_who_gave_it(env: WorkflowEnv) -> None:
    await create(env, owner=BEN)

    (card,) = env.told(NoticeKind.TASK_ASSIGNED)

    assert card.to == BEN
    assert card.has_buttons
    assert ANA in card.message.text


async def test_the_first_of_two_completions_wins(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)
    first, second = life.says.completed(BEN), life.says.completed(ANA)

    await life.signal("completed", first)
    await life.signal("completed", second)

    assert (await life.ask(first.id)).refusal is None
    late = await life.ask(second.id)
    assert late.refusal is not None
    assert late.refusal.reason is RefusalReason.TASK_CLOSED
    assert late.task.closed_by == BEN


async def test_a_stranger_is_refused_where_it_takes_effect(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)

    outcome = await life.carry_out(life.says.completed(CLEO))

    assert outcome.refusal is not None
    assert outcome.refusal.reason is RefusalReason.NOT_INVOLVED
    assert (await life.task()).is_open


async def test_a_signal_that_comes_twice_is_carried_out_once(env: WorkflowEnv) -> None:
    life = await create(env)
    change = life.says.progressed(60)

    await life.carry_out(change)
    outcome = await life.carry_out(change)

    assert outcome.task.progress == 60
    assert (await life.task()).version == 2


async def test_completion_is_told_to_creator_and_former_owners_but_not_to_its_actor(
    env: WorkflowEnv,
) -> None:
    life = await create(env, creator=CLEO, owner=ANA)
    relay = await life.hand_over()
    await relay.carry_out(relay.accepted())
    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()

    assert {posted.to for posted in env.told(NoticeKind.TASK_COMPLETED)} == {ANA, CLEO}


async def test_a_cancelled_task_is_told_as_such(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)

    await life.carry_out(life.says.cancelled(ANA))
    await life.handle.result()

    assert env.readers(NoticeKind.TASK_CANCELLED) == [BEN]
    assert (await life.task()).status is TaskStatus.CANCELLED


async def test_no_button_is_left_once_the_task_is_closed(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)

    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()

    assert not [posted for posted in env.messenger.messages if posted.has_buttons]


async def test_a_card_shows_how_far_the_task_is(env: WorkflowEnv) -> None:
    life = await create(env)

    await life.carry_out(life.says.progressed(60))
    await env.idle()

    (card,) = env.told(NoticeKind.TASK_ASSIGNED)
    assert "60" in str(card.message.blocks)


async def test_a_closed_task_takes_no_more_signals(env: WorkflowEnv) -> None:
    life = await create(env)
    await life.carry_out(life.says.completed())
    await life.handle.result()

    with pytest.raises(RPCError) as refused:
        await life.signal("completed", life.says.completed())

    assert refused.value.status is RPCStatusCode.NOT_FOUND


async def test_slack_being_down_holds_up_no_decision_and_then_says_what_is_true(
    env: WorkflowEnv,
) -> None:
    """The card for acting on the task is left out: it is done by then."""
    env.messenger.down = TransientMessengerError("service_unavailable")
    life = await begin(env, a_new_task(owner=BEN))
    await life.ask(life.new.request_id)

    outcome = await life.carry_out(life.says.completed(BEN))
    await env.let_pass(life.handle, DOWN)
    told_before = env.messenger.messages
    env.messenger.down = None
    await env.let_pass(life.handle, NEXT_TRY)
    await life.handle.result()

    assert outcome.task.status is TaskStatus.COMPLETED
    assert told_before == []
    assert [posted.kind for posted in env.messenger.messages] == [
        NoticeKind.TASK_COMPLETED,
    ]


async def test_a_search_for_reminders_that_fails_holds_up_no_end(env: WorkflowEnv) -> None:
    life = await create(env)
    env.directory.down = TransientMessengerError("service_unavailable")
    await life.carry_out(life.says.edited(due_at=await life.now() + timedelta(days=3)))

    await life.carry_out(life.says.completed())

    assert await life.handle.result() is None


async def test_a_life_that_begins_again_after_its_end_says_nothing(env: WorkflowEnv) -> None:
    """Temporal forgets the ids of workflows that ended long ago; the store forgets no task."""
    new = a_new_task(owner=BEN)
    await env.store.tasks.create(new)
    await env.store.tasks.apply(Changes(new).completed(BEN))

    life = await begin(env, new)
    outcome = await life.ask(new.request_id)

    await life.handle.result()
    assert outcome.task.status is TaskStatus.COMPLETED
    assert env.messenger.messages == []


async def test_what_was_handled_and_taken_is_carried_on(env: WorkflowEnv) -> None:
    life = await create(env)
    first_run = (await life.handle.describe()).run_id
    refused = life.says.progressed(10, BEN)
    await life.carry_out(refused)
    due_at = await life.now() + timedelta(days=3)
    await life.carry_out(life.says.edited(due_at=due_at))

    await life.advance(LONGEST_RUN + timedelta(days=1))

    assert (await life.handle.describe()).run_id != first_run
    state = (await started_with(life)).state
    assert state is not None
    assert refused.id in state.handled
    assert {key.partition("@")[0] for key in state.taken} == {"day_before", "due", "overdue"}


async def started_with(life: TaskDriver) -> TaskLifecycleInput:
    """What the latest run of a life was started with."""
    history = await life.handle.fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    converter = life.env.client.data_converter
    (start,) = await converter.decode(started.input.payloads, [TaskLifecycleInput])
    return TaskLifecycleInput.model_validate(start)
