"""Reminders go to the right person, in that person's working hours."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import SlackUserId
from relai_core.domain.reminders import (
    OVERDUE_AFTER,
    Reminder,
    ReminderKind,
    Upcoming,
    next_reminder,
    still_true,
)
from relai_core.domain.task import Task
from tests.relai_core.builders import ANA, BEN, CLEO, NOW, Changes, a_task, after

WEEKDAYS = WorkingHours.parse("mon-fri 09:00-17:00")
UTC_ZONE, AUCKLAND = ZoneInfo("UTC"), ZoneInfo("Pacific/Auckland")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DUE = NOW + 2 * DAY
"""A Friday, 10:00."""


def upcoming(
    task: Task,
    *,
    now: datetime = NOW,
    taken: Collection[str] = (),
    zones: dict[SlackUserId, ZoneInfo] | None = None,
) -> Reminder | None:
    found = upcoming_at(task, now=now, taken=taken, zones=zones)
    return found.reminder if found else None


def upcoming_at(
    task: Task,
    *,
    now: datetime = NOW,
    taken: Collection[str] = (),
    zones: dict[SlackUserId, ZoneInfo] | None = None,
    quiet: dict[SlackUserId, datetime | None] | None = None,
) -> Upcoming | None:
    """Return the next reminder with the time at which it may be sent."""
    everyone = dict.fromkeys((ANA, BEN, CLEO), UTC_ZONE)
    return next_reminder(
        task, taken=taken, zones=zones or everyone, quiet=quiet or {}, hours=WEEKDAYS, now=now
    )


def all_of(task: Task, *, now: datetime = NOW) -> list[Reminder]:
    """Return all reminders of the task in order, if nothing else happens."""
    told: list[Reminder] = []
    while found := upcoming_at(task, now=now, taken=[r.key for r in told]):
        told.append(found.reminder)
        now = max(now, found.send_at)
    return told


def test_the_owner_is_reminded_before_at_and_after_the_due_date() -> None:
    told = all_of(a_task(due_at=DUE))

    assert [(r.kind, r.recipient, r.at) for r in told] == [
        (ReminderKind.DAY_BEFORE, ANA, DUE - DAY),
        (ReminderKind.DUE, ANA, DUE),
        # A day after is a Saturday.
        (ReminderKind.OVERDUE, ANA, datetime(2026, 3, 9, 9, 0, tzinfo=DUE.tzinfo)),
    ]


def test_creator_gets_only_the_overdue_reminder() -> None:
    told = all_of(a_task(creator=CLEO, owner=ANA, due_at=DUE))

    assert [r.kind for r in told if r.recipient == CLEO] == [ReminderKind.OVERDUE]


@pytest.mark.parametrize("task", [a_task(), a_task(due_at=DUE)])
def test_undated_or_closed_task_has_no_reminder(task: Task) -> None:
    if task.due_at is not None:
        task = after(task, Changes(task).completed())

    assert upcoming(task) is None


def test_a_warning_comes_in_working_hours_of_the_person() -> None:
    """24 hours before Friday 10:00 UTC it is Thursday 23:00 in Auckland."""
    task = a_task(due_at=DUE)

    reminder = upcoming(task, zones={ANA: AUCKLAND})

    assert reminder is not None
    assert reminder.at == datetime(2026, 3, 6, 9, 0, tzinfo=AUCKLAND)


def test_warning_moves_to_the_last_working_time() -> None:
    """The warning of a task due on Monday at 08:00 comes on Friday."""
    task = a_task(due_at=datetime(2026, 3, 9, 8, 0, tzinfo=NOW.tzinfo))

    reminder = upcoming(task)

    assert reminder is not None
    assert (reminder.kind, reminder.at) == (
        ReminderKind.DAY_BEFORE,
        datetime(2026, 3, 6, 17, 0, tzinfo=NOW.tzinfo),
    )


def test_a_task_due_within_a_day_has_no_warning() -> None:
    reminder = upcoming(a_task(due_at=NOW + HOUR))

    assert reminder is not None
    assert reminder.kind is ReminderKind.DUE


def test_new_owner_gets_no_earlier_reminder() -> None:
    task = a_task(due_at=DUE)
    moved = after(task, Changes(task, at=DUE + HOUR).handed_over(BEN))

    reminder = upcoming(moved, now=DUE + HOUR)

    assert reminder is not None
    assert (reminder.kind, reminder.recipient) == (ReminderKind.OVERDUE, BEN)


def test_only_the_latest_reminder_remains_after_downtime() -> None:
    told = all_of(a_task(due_at=DUE), now=DUE + 30 * DAY)

    assert [r.kind for r in told] == [ReminderKind.OVERDUE]


def test_sent_reminder_is_not_repeated() -> None:
    task = a_task(due_at=DUE)
    warning = upcoming(task)
    assert warning is not None

    following = upcoming(task, now=DUE - HOUR, taken=[warning.key])

    assert following is not None
    assert following.kind is ReminderKind.DUE


def test_new_due_date_gets_new_reminders() -> None:
    task = a_task(due_at=DUE)
    told = [reminder.key for reminder in all_of(task)]
    moved = after(task, Changes(task).edited(due_at=DUE + 3 * DAY))

    reminder = upcoming(moved, taken=told)

    assert reminder is not None
    assert reminder.kind is ReminderKind.DAY_BEFORE


def test_a_snooze_holds_reminders_back_until_its_end() -> None:
    task = a_task(due_at=DUE)
    snoozed = after(task, Changes(task).snoozed(DUE - HOUR))

    reminder = upcoming(snoozed)

    assert reminder is not None
    assert (reminder.kind, reminder.at) == (ReminderKind.DAY_BEFORE, DUE - HOUR)


def test_snooze_drops_outdated_reminders() -> None:
    """After the due date, the warning of the day before makes no sense."""
    task = a_task(due_at=DUE)
    snoozed = after(task, Changes(task).snoozed(DUE + HOUR))

    told = all_of(snoozed)

    assert [(r.kind, r.at) for r in told[:1]] == [(ReminderKind.DUE, DUE + HOUR)]
    assert [r.kind for r in told] == [ReminderKind.DUE, ReminderKind.OVERDUE]


def test_person_with_an_unknown_zone_is_skipped() -> None:
    task = a_task(creator=CLEO, owner=ANA, due_at=DUE)

    reminder = upcoming(task, zones={CLEO: UTC_ZONE})

    assert reminder is not None
    assert reminder.recipient == CLEO


@pytest.mark.parametrize("kind", list(ReminderKind))
def test_reminder_is_outdated_after_closing(kind: ReminderKind) -> None:
    task = a_task(due_at=DUE)

    assert still_true(kind, ANA, DUE, task)
    assert not still_true(kind, ANA, DUE, after(task, Changes(task).completed()))


def test_reminder_is_outdated_after_a_date_change() -> None:
    task = a_task(due_at=DUE)
    moved = after(task, Changes(task).edited(due_at=DUE + DAY))

    assert not still_true(ReminderKind.DUE, ANA, DUE, moved)


def test_reminder_is_outdated_after_a_hand_over() -> None:
    task = a_task(due_at=DUE)
    moved = after(task, Changes(task).handed_over(BEN))

    assert not still_true(ReminderKind.DUE, ANA, DUE, moved)
    assert still_true(ReminderKind.OVERDUE, ANA, DUE, moved), "Ana made it, so she still waits"


@given(
    hours_left=st.integers(0, 1000),
    hours_later=st.integers(0, 1500),
    snoozed_for=st.none() | st.integers(1, 1500),
    zone=st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"]).map(ZoneInfo),
)
def test_reminders_are_few_ordered_and_up_to_date(
    hours_left: int, hours_later: int, snoozed_for: int | None, zone: ZoneInfo
) -> None:
    task = a_task(creator=CLEO, owner=ANA, due_at=NOW + hours_left * HOUR)
    if snoozed_for is not None:
        task = after(task, Changes(task).snoozed(NOW + snoozed_for * HOUR))

    told = all_of(task, now=NOW + hours_later * HOUR)

    assert len({reminder.key for reminder in told}) == len(told) <= len(ReminderKind) + 1
    assert all(still_true(r.kind, r.recipient, r.due_at, task) for r in told)
    assert all(r.at >= NOW + (snoozed_for or 0) * HOUR for r in told)
    order = list(ReminderKind)
    for person in (ANA, CLEO):
        kinds = [order.index(r.kind) for r in told if r.recipient == person]
        assert kinds == sorted(kinds)
    assert all(r.at >= r.due_at + OVERDUE_AFTER for r in told if r.kind is ReminderKind.OVERDUE)


def test_task_due_in_exactly_a_day_has_no_warning() -> None:
    """The card of the new task shows the due date already."""
    told = upcoming(a_task(due_at=NOW + DAY))

    assert told is not None
    assert told.kind is ReminderKind.DUE
