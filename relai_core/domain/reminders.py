"""Which reminder a task needs next, for whom, and at what moment.

The moments: 24 hours before the due date, at the due date, and a day after it, the last one to
owner and creator. All but the one at due are moved into the person's working hours, and so is
the one at due once it is late.
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
    """What a reminder says."""

    DAY_BEFORE = "day_before"
    DUE = "due"
    OVERDUE = "overdue"


class Reminder(Model):
    """One reminder to one person, planned for `at`.

    `key` is the same as long as it is about the same due date.
    """

    kind: ReminderKind
    recipient: SlackUserId
    due_at: datetime
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.kind}{self._date}{self.recipient}"

    def shares_date_with(self, key: str) -> bool:
        """Whether the reminder with this key is about the same due date."""
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

    That is outside the quiet time, and in working hours unless the reminder is still on time:
    what is planned for the end of a working day, or is due at night, cannot wait for the morning.
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

    Left out are those whose key is in `taken`, those that were past before they could be meant
    (the task, its due date or its owner is newer), and those that a later one will have overtaken
    when they may go out: after a long downtime a person is told what is true, not all that was
    missed. Left out too is anyone without a zone in `zones`. `quiet` says until when people do
    not want to be disturbed.
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
    """Whether a reminder that was right when planned may still go out now."""
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
    # A warning that would come only after the due date comes on the last working moment before.
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
