"""Reminders: the right one, to the right person, when that person works."""

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

OFFICE = WorkingHours.parse("mon-fri 09:00-17:00")
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
    """The same, with the moment at which it may go out."""
    everyone = dict.fromkeys((ANA, BEN, CLEO), UTC_ZONE)
    return next_reminder(
        task, taken=taken, zones=zones or everyone, quiet=quiet or {}, hours=OFFICE, now=now
    )


def all_of(task: Task, *, now: datetime = NOW) -> list[Reminder]:
    """Every reminder of the task, as they come if nothing else happens."""
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


def test_who_gave_the_task_away_hears_only_that_it_is_overdue() -> None:
    told = all_of(a_task(creator=CLEO, owner=ANA, due_at=DUE))

    assert [r.kind for r in told if r.recipient == CLEO] == [ReminderKind.OVERDUE]


@pytest.mark.parametrize("task", [a_task(), a_task(due_at=DUE)])
def test_a_task_without_a_date_or_a_future_has_no_reminder(task: Task) -> None:
    if task.due_at is not None:
        task = after(task, Changes(task).completed())

    assert upcoming(task) is None


def test_a_warning_comes_in_working_hours_of_the_person() -> None:
    """24 hours before Friday 10:00 UTC it is Thursday 23:00 in Auckland."""
    task = a_task(due_at=DUE)

    reminder = upcoming(task, zones={ANA: AUCKLAND})

    assert reminder is not None
    assert reminder.at == datetime(2026, 3, 6, 9, 0, tzinfo=AUCKLAND)


def test_a_warning_that_would_come_too_late_comes_before() -> None:
    """Of a task due on Monday at 08:00 a person hears on Friday."""
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


def test_a_new_owner_is_not_told_what_was_due_before_their_time() -> None:
    task = a_task(due_at=DUE)
    moved = after(task, Changes(task, at=DUE + HOUR).handed_over(BEN))

    reminder = upcoming(moved, now=DUE + HOUR)

    assert reminder is not None
    assert (reminder.kind, reminder.recipient) == (ReminderKind.OVERDUE, BEN)


def test_after_a_long_downtime_only_the_latest_is_left() -> None:
    told = all_of(a_task(due_at=DUE), now=DUE + 30 * DAY)

    assert [r.kind for r in told] == [ReminderKind.OVERDUE]


def test_what_was_told_is_not_told_again() -> None:
    task = a_task(due_at=DUE)
    warning = upcoming(task)
    assert warning is not None

    following = upcoming(task, now=DUE - HOUR, taken=[warning.key])

    assert following is not None
    assert following.kind is ReminderKind.DUE


def test_a_new_date_is_a_new_reason_to_remind() -> None:
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


def test_after_a_snooze_only_what_is_still_news_is_told() -> None:
    """Nobody is told on the day after the due date that the task is due tomorrow."""
    task = a_task(due_at=DUE)
    snoozed = after(task, Changes(task).snoozed(DUE + HOUR))

    told = all_of(snoozed)

    assert [(r.kind, r.at) for r in told[:1]] == [(ReminderKind.DUE, DUE + HOUR)]
    assert [r.kind for r in told] == [ReminderKind.DUE, ReminderKind.OVERDUE]


def test_someone_whose_zone_is_unknown_is_left_out() -> None:
    task = a_task(creator=CLEO, owner=ANA, due_at=DUE)

    reminder = upcoming(task, zones={CLEO: UTC_ZONE})

    assert reminder is not None
    assert reminder.recipient == CLEO


@pytest.mark.parametrize("kind", list(ReminderKind))
def test_a_reminder_is_no_longer_true_once_the_task_is_closed(kind: ReminderKind) -> None:
    task = a_task(due_at=DUE)

    assert still_true(kind, ANA, DUE, task)
    assert not still_true(kind, ANA, DUE, after(task, Changes(task).completed()))


def test_a_reminder_is_no_longer_true_once_the_date_has_moved() -> None:
    task = a_task(due_at=DUE)
    moved = after(task, Changes(task).edited(due_at=DUE + DAY))

    assert not still_true(ReminderKind.DUE, ANA, DUE, moved)


def test_a_reminder_is_no_longer_true_for_who_gave_the_task_away() -> None:
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
def test_reminders_are_few_in_order_and_never_from_the_past_of_the_task(
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


def test_a_task_due_in_exactly_a_day_is_not_reminded_of_at_once() -> None:
    """Its card has just said so."""
    told = upcoming(a_task(due_at=NOW + DAY))

    assert told is not None
    assert told.kind is ReminderKind.DUE
