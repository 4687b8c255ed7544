"""Reminders come at their moments, and only while they are true."""

from datetime import datetime, timedelta
from typing import Any

from temporalio.client import WorkflowExecutionStatus

from relai_core.domain.changes import RelayOpened
from relai_core.domain.ids import SlackUserId
from relai_core.domain.notice import NoticeKind
from tests.relai_core.builders import ANA, BEN
from tests.relai_workflows.workflow_driver import TaskDriver, create
from tests.relai_workflows.workflow_env import WorkflowEnv

BEFORE, DUE, OVERDUE = (
    NoticeKind.REMINDER_DAY_BEFORE,
    NoticeKind.REMINDER_DUE,
    NoticeKind.REMINDER_OVERDUE,
)
DAY = timedelta(days=1)
MOMENT = timedelta(minutes=1)
"""How close to its moment a reminder must come."""


async def due_in(env: WorkflowEnv, time: timedelta, **fields: Any) -> tuple[TaskDriver, datetime]:
    """A task of Ben's, which Ana gave him, and its due date."""
    life = await create(env, owner=BEN, **fields)
    due_at = await life.now() + time
    await life.carry_out(life.says.edited(due_at=due_at))
    await env.idle()
    return life, due_at


def reminded(env: WorkflowEnv) -> list[tuple[NoticeKind, str, datetime]]:
    return [(told.kind, told.to, told.at) for told in env.told(BEFORE, DUE, OVERDUE)]


def assert_reminded(env: WorkflowEnv, *expected: tuple[NoticeKind, SlackUserId, datetime]) -> None:
    found = sorted(reminded(env))
    assert [(kind, to) for kind, to, _ in found] == [(kind, to) for kind, to, _ in sorted(expected)]
    for (_, _, at), (_, _, moment) in zip(found, sorted(expected), strict=True):
        assert timedelta(0) <= at - moment < MOMENT


async def test_owner_and_creator_are_reminded_on_time(env: WorkflowEnv) -> None:
    life, due_at = await due_in(env, 3 * DAY)

    await life.advance(5 * DAY)

    assert_reminded(
        env,
        (BEFORE, BEN, due_at - DAY),
        (DUE, BEN, due_at),
        (OVERDUE, BEN, due_at + DAY),
        (OVERDUE, ANA, due_at + DAY),
    )


async def test_task_without_due_date_sends_no_reminder(env: WorkflowEnv) -> None:
    life = await create(env)

    await life.advance(20 * DAY)

    assert reminded(env) == []


async def test_completed_task_sends_no_reminder(env: WorkflowEnv) -> None:
    life, due_at = await due_in(env, 3 * DAY)
    await life.advance_to(due_at - MOMENT)

    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()

    assert_reminded(env, (BEFORE, BEN, due_at - DAY))


async def test_moment_before_the_due_date_was_set_is_skipped(env: WorkflowEnv) -> None:
    life, due_at = await due_in(env, timedelta(hours=3))

    await life.advance_to(due_at + timedelta(hours=1))

    assert_reminded(env, (DUE, BEN, due_at))


async def test_new_due_date_moves_the_reminders(env: WorkflowEnv) -> None:
    life, due_at = await due_in(env, 3 * DAY)
    await life.advance(DAY)

    later = due_at + 10 * DAY
    await life.carry_out(life.says.edited(due_at=later))
    await life.advance_to(later + timedelta(hours=1))

    assert_reminded(env, (BEFORE, BEN, later - DAY), (DUE, BEN, later))


async def test_snooze_delays_reminders(env: WorkflowEnv) -> None:
    life, due_at = await due_in(env, 3 * DAY)
    until = due_at - timedelta(hours=2)

    await life.carry_out(life.says.snoozed(until, BEN))
    await life.advance_to(due_at - timedelta(hours=1))

    assert_reminded(env, (BEFORE, BEN, until))


async def test_do_not_disturb_delays_reminders(env: WorkflowEnv) -> None:
    life, due_at = await due_in(env, 3 * DAY)
    quiet = due_at - timedelta(hours=20)

    env.directory.quiet[BEN] = quiet
    await life.advance_to(quiet + timedelta(hours=1))

    assert_reminded(env, (BEFORE, BEN, quiet))


async def test_new_owner_is_reminded_after_a_relay(env: WorkflowEnv) -> None:
    life, due_at = await due_in(env, 3 * DAY)
    now = await life.now()
    handed_over = RelayOpened(
        **life.says.handed_over(ANA, actor=BEN).model_dump(exclude={"nudge_at", "answer_by"}),
        nudge_at=now,
        answer_by=now + DAY,
    )
    await env.store.tasks.apply(handed_over)

    await life.advance_to(due_at - DAY + timedelta(hours=1))

    assert_reminded(env, (BEFORE, ANA, due_at - DAY))


async def test_task_closed_in_the_store_sends_no_reminder(env: WorkflowEnv) -> None:
    """The workflow does not know yet that the task is closed."""
    life, due_at = await due_in(env, 3 * DAY)
    await life.advance_to(due_at - DAY - MOMENT)
    await env.store.tasks.apply(life.says.completed(BEN))

    await life.advance_to(due_at + 2 * DAY)

    assert reminded(env) == []


async def test_reminders_are_sent_once_across_two_runs(env: WorkflowEnv) -> None:
    life, due_at = await due_in(env, 29 * DAY + timedelta(hours=12))
    first_run = (await life.handle.describe()).run_id

    await life.advance(32 * DAY)

    assert (await life.handle.describe()).run_id != first_run
    assert (await life.handle.describe()).status is WorkflowExecutionStatus.RUNNING
    assert_reminded(
        env,
        (BEFORE, BEN, due_at - DAY),
        (DUE, BEN, due_at),
        (OVERDUE, BEN, due_at + DAY),
        (OVERDUE, ANA, due_at + DAY),
    )
