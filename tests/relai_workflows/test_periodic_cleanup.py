"""The daily cleanup, and the Schedule behind it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import (
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleHandle,
)

from relai_workflows.contracts import PeriodicCleanupInput, PeriodicCleanupResult
from relai_workflows.ids import CLEANUP_SCHEDULE_ID
from relai_workflows.schedules import ensure_cleanup_schedule
from tests.relai_core.builders import TEAM, Changes
from tests.relai_workflows.workflow_driver import create
from tests.relai_workflows.workflow_env import WorkflowEnv

MONTH = timedelta(days=30)
DAY = timedelta(days=1)


@pytest.fixture
async def schedule(env: WorkflowEnv) -> AsyncIterator[ScheduleHandle]:
    """The Schedule of a first worker."""
    await ensure_cleanup_schedule(env.client, env.task_queue, MONTH)
    handle = env.client.get_schedule_handle(CLEANUP_SCHEDULE_ID)
    yield handle
    await handle.delete()


async def archive_after(schedule: ScheduleHandle) -> timedelta:
    """The setting that the Schedule passes to its workflow."""
    action = (await schedule.describe()).schedule.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    (payload,) = action.args
    (start,) = await schedule._client.data_converter.decode([payload], [PeriodicCleanupInput])
    return PeriodicCleanupInput.model_validate(start).archive_after


async def test_task_closed_long_ago_is_archived_and_counted(env: WorkflowEnv) -> None:
    now = datetime.now(UTC)
    for closed_at in (now - MONTH - DAY, now - MONTH + DAY):
        life = await create(env)
        await life.carry_out(Changes(life.new, closed_at).completed())
    await create(env)

    run = await env.start(
        "PeriodicCleanupWorkflow", PeriodicCleanupInput(archive_after=MONTH), "cleanup-now"
    )

    assert PeriodicCleanupResult.model_validate(await run.result()).archived == 1


async def test_archived_task_is_still_found(env: WorkflowEnv) -> None:
    life = await create(env)
    await life.carry_out(Changes(life.new, datetime.now(UTC) - 2 * MONTH).completed())

    run = await env.start(
        "PeriodicCleanupWorkflow", PeriodicCleanupInput(archive_after=MONTH), "cleanup-found"
    )
    await run.result()

    found = await env.store.tasks.find_by_number(TEAM, 1)
    assert found is not None
    assert found.id == life.new.id


async def test_new_setting_reaches_the_schedule(env: WorkflowEnv, schedule: ScheduleHandle) -> None:
    await ensure_cleanup_schedule(env.client, env.task_queue, 2 * MONTH)

    assert await archive_after(schedule) == 2 * MONTH


async def test_several_workers_share_one_schedule(
    env: WorkflowEnv, schedule: ScheduleHandle
) -> None:
    for _ in range(3):
        await ensure_cleanup_schedule(env.client, env.task_queue, MONTH)

    spec = (await schedule.describe()).schedule.spec
    assert len(spec.calendars) == 1
    assert await archive_after(schedule) == MONTH


async def test_paused_schedule_stays_paused(env: WorkflowEnv, schedule: ScheduleHandle) -> None:
    await schedule.pause(note="While we restore a backup")

    await ensure_cleanup_schedule(env.client, env.task_queue, 2 * MONTH)

    state = (await schedule.describe()).schedule.state
    assert (state.paused, state.note) == (True, "While we restore a backup")


async def test_schedule_runs_the_cleanup(env: WorkflowEnv, schedule: ScheduleHandle) -> None:
    life = await create(env)
    await life.carry_out(Changes(life.new, datetime.now(UTC) - 2 * MONTH).completed())

    await schedule.trigger()

    while not (actions := (await schedule.describe()).info.recent_actions):
        await env.idle()
    started = actions[0].action
    assert isinstance(started, ScheduleActionExecutionStartWorkflow)
    run = env.client.get_workflow_handle(started.workflow_id)
    assert PeriodicCleanupResult.model_validate(await run.result()).archived == 1
