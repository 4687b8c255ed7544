"""A task's lifecycle: created once, changed by permitted people, told to all involved."""

from datetime import timedelta

import pytest
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from relai_core.domain.decisions import RefusalReason
from relai_core.domain.notice import NoticeKind
from relai_core.domain.task import TaskStatus
from relai_core.errors import TransientMessengerError
from relai_workflows.contracts import TaskLifecycleInput
from relai_workflows.limits import RunLimits
from tests.relai_core.builders import ANA, BEN, CLEO, Changes, a_new_task
from tests.relai_workflows.workflow_driver import TaskDriver, begin, create
from tests.relai_workflows.workflow_env import WorkflowEnv

DOWN = timedelta(minutes=10)
NEXT_TRY = timedelta(minutes=1)


async def test_creator_gets_the_number(env: WorkflowEnv) -> None:
    life = await begin(env, a_new_task())

    outcome = await life.ask(life.new.request_id)

    assert outcome.refusal is None
    assert outcome.task.key == "T-1"


async def test_repeated_start_is_the_same_task(env: WorkflowEnv) -> None:
    """Slack repeats a delivery that got no answer in time."""
    new = a_new_task()

    lives = [await begin(env, new), await begin(env, new)]

    assert {(await life.ask(new.request_id)).task.number for life in lives} == {1}
    assert len(await env.store.tasks.list_owned(new.team_id, ANA, 10)) == 1


async def test_repeated_start_after_the_end_is_refused(env: WorkflowEnv) -> None:
    life = await create(env)
    await life.carry_out(life.says.completed())
    await life.handle.result()

    with pytest.raises(WorkflowAlreadyStartedError):
        await begin(env, life.new)


async def test_owner_gets_a_card_that_names_the_creator(env: WorkflowEnv) -> None:
    await create(env, owner=BEN)

    (card,) = env.told(NoticeKind.TASK_ASSIGNED)

    assert card.to == BEN
    assert card.has_buttons
    assert ANA in card.message.text


async def test_first_of_two_completions_wins(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)
    first, second = life.says.completed(BEN), life.says.completed(ANA)

    await life.signal("completed", first)
    await life.signal("completed", second)

    assert (await life.ask(first.id)).refusal is None
    late = await life.ask(second.id)
    assert late.refusal is not None
    assert late.refusal.reason is RefusalReason.TASK_CLOSED
    assert late.task.closed_by == BEN


async def test_change_by_an_uninvolved_person_is_refused(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)

    outcome = await life.carry_out(life.says.completed(CLEO))

    assert outcome.refusal is not None
    assert outcome.refusal.reason is RefusalReason.NOT_INVOLVED
    assert (await life.task()).is_open


async def test_repeated_signal_is_carried_out_once(env: WorkflowEnv) -> None:
    life = await create(env)
    change = life.says.progressed(60)

    await life.carry_out(change)
    outcome = await life.carry_out(change)

    assert outcome.task.progress == 60
    assert (await life.task()).version == 2


async def test_completion_is_told_to_creator_and_former_owners(
    env: WorkflowEnv,
) -> None:
    life = await create(env, creator=CLEO, owner=ANA)
    relay = await life.hand_over()
    await relay.carry_out(relay.accepted())
    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()

    assert {posted.to for posted in env.told(NoticeKind.TASK_COMPLETED)} == {ANA, CLEO}


async def test_cancellation_is_told_to_the_owner(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)

    await life.carry_out(life.says.cancelled(ANA))
    await life.handle.result()

    assert env.readers(NoticeKind.TASK_CANCELLED) == [BEN]
    assert (await life.task()).status is TaskStatus.CANCELLED


async def test_closed_task_has_no_buttons(env: WorkflowEnv) -> None:
    life = await create(env, owner=BEN)

    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()

    assert not [posted for posted in env.messenger.messages if posted.has_buttons]


async def test_card_shows_the_progress(env: WorkflowEnv) -> None:
    life = await create(env)

    await life.carry_out(life.says.progressed(60))
    await env.idle()

    (card,) = env.told(NoticeKind.TASK_ASSIGNED)
    assert "60" in str(card.message.blocks)


async def test_closed_task_takes_no_signals(env: WorkflowEnv) -> None:
    life = await create(env)
    await life.carry_out(life.says.completed())
    await life.handle.result()

    with pytest.raises(RPCError) as refused:
        await life.signal("completed", life.says.completed())

    assert refused.value.status is RPCStatusCode.NOT_FOUND


async def test_decisions_go_on_while_slack_is_down(
    env: WorkflowEnv,
) -> None:
    """The first card is skipped, because the task is done when Slack comes back."""
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


async def test_failing_reminder_search_delays_no_end(env: WorkflowEnv) -> None:
    life = await create(env)
    env.directory.down = TransientMessengerError("service_unavailable")
    await life.carry_out(life.says.edited(due_at=await life.now() + timedelta(days=3)))

    await life.carry_out(life.says.completed())

    assert await life.handle.result() is None


async def test_restarted_lifecycle_of_a_closed_task_sends_nothing(env: WorkflowEnv) -> None:
    """Temporal forgets the ids of workflows that ended long ago; the store forgets no task."""
    new = a_new_task(owner=BEN)
    await env.store.tasks.create(new)
    await env.store.tasks.apply(Changes(new).completed(BEN))

    life = await begin(env, new)
    outcome = await life.ask(new.request_id)

    await life.handle.result()
    assert outcome.task.status is TaskStatus.COMPLETED
    assert env.messenger.messages == []


async def test_next_run_knows_handled_requests_and_sent_reminders(env: WorkflowEnv) -> None:
    life = await create(env)
    first_run = (await life.handle.describe()).run_id
    refused = life.says.progressed(10, BEN)
    await life.carry_out(refused)
    due_at = await life.now() + timedelta(days=3)
    await life.carry_out(life.says.edited(due_at=due_at))

    await life.advance(RunLimits.LONGEST_RUN + timedelta(days=1))

    assert (await life.handle.describe()).run_id != first_run
    state = (await started_with(life)).state
    assert state is not None
    assert refused.id in state.handled
    assert {key.partition("@")[0] for key in state.taken} == {"day_before", "due", "overdue"}


async def started_with(life: TaskDriver) -> TaskLifecycleInput:
    """Input of the latest run."""
    history = await life.handle.fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    converter = life.env.client.data_converter
    (start,) = await converter.decode(started.input.payloads, [TaskLifecycleInput])
    return TaskLifecycleInput.model_validate(start)
