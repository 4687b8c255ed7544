"""Finds the next reminder of a task, its recipient and its moment.

The moments: 24 hours before the due date, at the due date, and a day after it, which goes to owner
and creator. Reminders are moved into the person's working hours, but the reminder at the due date
only once it is late.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import SlackUserId
from relai_core.domain.model import Model
from relai_core.domain.notice import LATE_AFTER
from relai_core.domain.task import Task

BEFORE = timedelta(hours=24)
OVERDUE_AFTER = timedelta(days=1)


class ReminderKind(StrEnum):
    """The kinds of reminders."""

    DAY_BEFORE = "day_before"
    DUE = "due"
    OVERDUE = "overdue"


class Reminder(Model):
    """One reminder to one person, planned for `at`.

    `key` stays the same while the due date does.
    """

    kind: ReminderKind
    recipient: SlackUserId
    due_at: datetime
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.kind}{self._date}{self.recipient}"

    def shares_date_with(self, key: str) -> bool:
        """True if the reminder with this key is about the same due date."""
        return self._date in key

    @property
    def _date(self) -> str:
        return f"@{self.due_at.isoformat()}/"


class Upcoming(NamedTuple):
    """A reminder, and the moment at which it may go out."""

    reminder: Reminder
    send_at: datetime


def sendable_at(
    planned_at: datetime,
    *,
    now: datetime,
    quiet_until: datetime | None,
    hours: WorkingHours,
    zone: ZoneInfo,
) -> datetime:
    """The first moment, from `now` on, at which a reminder planned for `planned_at` may go out.

    The moment is outside the quiet time. A late reminder also waits for working hours. A reminder
    that is still on time does not: planned for the end of a working day, or due at night, it would
    come only the next morning.
    """
    moment = max(now, planned_at, quiet_until or now)
    return moment if moment <= planned_at + LATE_AFTER else hours.next_open(moment, zone)


def next_reminder(
    task: Task,
    *,
    taken: Collection[str],
    zones: Mapping[SlackUserId, ZoneInfo],
    quiet: Mapping[SlackUserId, datetime | None],
    hours: WorkingHours,
    now: datetime,
) -> Upcoming | None:
    """The reminder that `task` still needs and that may go out first, or None.

    Skips a reminder if its key is in `taken`, if its moment was past before the task, its due date
    or its owner was set, or if a later reminder is due when it may go out: after a long downtime a
    person gets only the latest. Skips people without a zone in `zones`. `quiet` holds the end of
    each person's quiet time.
    """
    if not task.is_open or task.due_at is None:
        return None
    meant = _meant(task, zones, hours)
    upcoming = []
    for reminder in meant:
        person = reminder.recipient
        woken = _after_snooze(reminder, task.snoozed_until, hours, zones[person])
        send_at = sendable_at(
            woken.at, now=now, quiet_until=quiet.get(person), hours=hours, zone=zones[person]
        )
        if reminder.key not in taken and not _is_overtaken(reminder, meant, send_at):
            upcoming.append(Upcoming(woken, send_at))
    return min(upcoming, key=lambda each: each.send_at, default=None)


def still_true(kind: ReminderKind, recipient: SlackUserId, due_at: datetime, task: Task) -> bool:
    """True if a planned reminder still fits the task's state, due date and people."""
    listeners = {task.owner, task.creator} if kind is ReminderKind.OVERDUE else {task.owner}
    return task.is_open and task.due_at == due_at and recipient in listeners


def _meant(
    task: Task, zones: Mapping[SlackUserId, ZoneInfo], hours: WorkingHours
) -> list[Reminder]:
    due = task.due_at
    assert due is not None  # noqa: S101 - the caller has looked
    people = [(kind, task.owner, max(task.owner_since, task.due_set_at)) for kind in ReminderKind]
    if task.creator != task.owner:
        people.append((ReminderKind.OVERDUE, task.creator, task.due_set_at))
    return [
        Reminder(kind=kind, recipient=person, due_at=due, at=at)
        for kind, person, since in people
        if person in zones
        and (raw := _moment(kind, due)) > since
        and (at := _shifted(kind, raw, due, hours, zones[person])) >= since
    ]


def _moment(kind: ReminderKind, due: datetime) -> datetime:
    if kind is ReminderKind.DAY_BEFORE:
        return due - BEFORE
    return due if kind is ReminderKind.DUE else due + OVERDUE_AFTER


def _shifted(
    kind: ReminderKind, raw: datetime, due: datetime, hours: WorkingHours, zone: ZoneInfo
) -> datetime:
    if kind is ReminderKind.DUE:
        return raw
    later = hours.next_open(raw, zone)
    # If working hours would move a warning past the due date, send it in the last working moment
    # before.
    return hours.last_open(raw, zone) if kind is ReminderKind.DAY_BEFORE and later >= due else later


def _after_snooze(
    reminder: Reminder, until: datetime | None, hours: WorkingHours, zone: ZoneInfo
) -> Reminder:
    if until is None or reminder.at >= until:
        return reminder
    at = sendable_at(reminder.at, now=until, quiet_until=None, hours=hours, zone=zone)
    return reminder.model_copy(update={"at": at})


def _is_overtaken(reminder: Reminder, others: Collection[Reminder], send_at: datetime) -> bool:
    return any(
        other.recipient == reminder.recipient and reminder.at < other.at <= send_at
        for other in others
    )
