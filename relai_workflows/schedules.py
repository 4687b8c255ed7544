"""The Schedule behind the daily cleanup."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from relai_workflows.contracts import PeriodicCleanupInput
from relai_workflows.ids import CLEANUP_SCHEDULE_ID, CLEANUP_WORKFLOW_ID
from relai_workflows.periodic_cleanup import PeriodicCleanupWorkflow

DAILY_AT = 3
"""Hour of the day, UTC."""
CATCH_UP = timedelta(hours=12)
"""A run missed for less than this while Temporal was down is made up for."""


async def ensure_cleanup_schedule(
    client: Client, task_queue: str, archive_after: timedelta
) -> None:
    """Create the Schedule, or bring it up to date. Safe from any number of workers at once.

    One run a day, never two at a time. A person who paused it finds it paused still.
    """
    schedule = _schedule(task_queue, archive_after)
    try:
        await client.create_schedule(CLEANUP_SCHEDULE_ID, schedule)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(CLEANUP_SCHEDULE_ID).update(
            lambda current: _updated(current, schedule)
        )


def _updated(current: ScheduleUpdateInput, schedule: Schedule) -> ScheduleUpdate:
    schedule.state = current.description.schedule.state
    return ScheduleUpdate(schedule)


def _schedule(task_queue: str, archive_after: timedelta) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            PeriodicCleanupWorkflow.run,
            PeriodicCleanupInput(archive_after=archive_after),
            id=CLEANUP_WORKFLOW_ID,
            task_queue=task_queue,
        ),
        spec=ScheduleSpec(
            calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(DAILY_AT)])],
            jitter=timedelta(minutes=10),
            time_zone_name="UTC",
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )
