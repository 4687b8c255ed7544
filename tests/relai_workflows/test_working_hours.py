"""Reminders and windows keep to the working hours of the person they are for."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from relai_core.domain.hours import WorkingHours
from relai_core.domain.notice import NoticeKind
from relai_core.domain.user import User
from tests.relai_core.builders import BEN, TEAM
from tests.relai_workflows.workflow_driver import create
from tests.relai_workflows.workflow_env import WorkflowEnv

ZONE = ZoneInfo("Asia/Tokyo")
"""Ben's. Ana lives in UTC."""
WEDNESDAY, FRIDAY = 2, 4


@pytest.fixture
def hours() -> WorkingHours:
    return WorkingHours.parse("mon-fri 09:00-17:00")


@pytest.fixture(autouse=True)
def ben_in_tokyo(env: WorkflowEnv) -> None:
    env.directory.put(User(team_id=TEAM, id=BEN, name="ben", tz=ZONE.key))


def next_weekday(weekday: int, at: time) -> datetime:
    """The next such day but two in Tokyo."""
    day = datetime.now(ZONE).date() + timedelta(days=3)
    while day.weekday() != weekday:
        day += timedelta(days=1)
    return datetime.combine(day, at, ZONE).astimezone(UTC)


async def test_reminder_of_the_weekend_comes_on_monday_morning(env: WorkflowEnv) -> None:
    due_at = next_weekday(FRIDAY, time(15))
    life = await create(env, owner=BEN, creator=BEN, due_at=due_at)

    await life.advance_to(due_at + timedelta(days=5))

    (overdue,) = env.told(NoticeKind.REMINDER_OVERDUE)
    monday_nine = due_at + timedelta(days=2, hours=18)
    assert timedelta(0) <= overdue.at - monday_nine < timedelta(minutes=1)


async def test_reminder_delayed_into_the_night_comes_in_the_morning(env: WorkflowEnv) -> None:
    due_at = next_weekday(WEDNESDAY, time(15))
    life = await create(env, owner=BEN, creator=BEN, due_at=due_at)
    env.directory.quiet[BEN] = due_at + timedelta(hours=12)

    await life.advance_to(due_at + timedelta(hours=19))

    (due,) = env.told(NoticeKind.REMINDER_DUE)
    thursday_nine = due_at + timedelta(hours=18)
    assert timedelta(0) <= due.at - thursday_nine < timedelta(minutes=1)


async def test_answer_window_counts_only_working_time(env: WorkflowEnv) -> None:
    life = await create(env)
    relay = await life.hand_over(window=timedelta(hours=8))

    opened = await relay.relay()

    assert _worked(opened.opened_at, opened.answer_by) == timedelta(hours=8)
    assert _worked(opened.opened_at, opened.nudge_at) == timedelta(hours=4)


def _worked(start: datetime, end: datetime) -> timedelta:
    """Ben's working time between two moments, counted minute by minute."""
    worked = timedelta(0)
    step = timedelta(minutes=1)
    moment = start
    while moment < end:
        local = moment.astimezone(ZONE)
        if local.weekday() < 5 and 9 <= local.hour < 17:
            worked += step
        moment += step
    return worked
