"""Which reminder a task needs next, for whom, and at what moment.

The moments: 24 hours before the due date, at the due date, and a day after it, the last one to
owner and creator. All but the one at due are moved into the person's working hours.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import SlackUserId
from relai_core.domain.model import Model
from relai_core.domain.task import Task

BEFORE = timedelta(hours=24)
OVERDUE_AFTER = timedelta(days=1)


class ReminderKind(StrEnum):
    """What a reminder says."""

    DAY_BEFORE = "day_before"
    DUE = "due"
    OVERDUE = "overdue"


class Reminder(Model):
    """One reminder to one person. `key` is the same as long as it is about the same due date."""

    kind: ReminderKind
    recipient: SlackUserId
    due_at: datetime
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.kind}@{self.due_at.isoformat()}/{self.recipient}"


def next_reminder(
    task: Task,
    *,
    taken: Collection[str],
    zones: Mapping[SlackUserId, ZoneInfo],
    hours: WorkingHours,
    now: datetime,
) -> Reminder | None:
    """The earliest reminder that `task` still needs, or None.

    Left out are those whose key is in `taken`, those that were past before they could be meant
    (the task, its due date or its owner is newer), and those that a later one has overtaken by
    `now`: after a long downtime a person is told what is true, not all that was missed. Left out
    too is anyone without a zone in `zones`.
    """
    if not task.is_open or task.due_at is None:
        return None
    # What a snooze holds back goes out at its end: by then a later one may have overtaken it.
    heard_at = max(now, task.snoozed_until or now)
    wanted = _latest_of_the_past(_meant(task, zones, hours), heard_at)
    left = [reminder for reminder in wanted if reminder.key not in taken]
    snoozed = [_not_before(reminder, task.snoozed_until) for reminder in left]
    return min(snoozed, key=lambda reminder: reminder.at, default=None)


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
        and (raw := _moment(kind, due)) >= since
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


def _latest_of_the_past(reminders: list[Reminder], now: datetime) -> list[Reminder]:
    latest: dict[SlackUserId, datetime] = {}
    for reminder in reminders:
        if reminder.at <= now:
            latest[reminder.recipient] = max(
                reminder.at, latest.get(reminder.recipient, reminder.at)
            )
    return [r for r in reminders if r.at > now or r.at == latest[r.recipient]]


def _not_before(reminder: Reminder, moment: datetime | None) -> Reminder:
    if moment is None or reminder.at >= moment:
        return reminder
    return reminder.model_copy(update={"at": moment})
