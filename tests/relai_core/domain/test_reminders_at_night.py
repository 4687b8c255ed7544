"""A reminder that can't be sent on time waits for working hours, outside do-not-disturb."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import SlackUserId
from relai_core.domain.notice import LATE_AFTER
from relai_core.domain.reminders import ReminderKind, Upcoming, next_reminder, sendable_at
from relai_core.domain.task import Task
from tests.relai_core.builders import ANA, CLEO, NOW, Changes, a_task, after

WEEKDAYS = WorkingHours.parse("mon-fri 09:00-17:00")
MADRID = ZoneInfo("Europe/Madrid")
MINUTE = timedelta(minutes=1)


def on(day: int, clock: str) -> datetime:
    """A moment in Madrid in March 2026: the 2nd is a Monday, on the 29th clocks go forward."""
    local = datetime.combine(datetime(2026, 3, day, tzinfo=MADRID), time.fromisoformat(clock))
    return local.replace(tzinfo=MADRID).astimezone(UTC)


def first_of(
    task: Task, now: datetime, quiet: dict[SlackUserId, datetime | None] | None = None
) -> Upcoming:
    zones = dict.fromkeys((ANA, CLEO), MADRID)
    found = next_reminder(task, taken=(), zones=zones, quiet=quiet or {}, hours=WEEKDAYS, now=now)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("planned", "now", "quiet_until", "sent"),
    [
        pytest.param(on(10, "14:07"), on(11, "03:07"), None, on(11, "09:00"), id="late overnight"),
        pytest.param(on(6, "14:07"), on(7, "12:00"), None, on(9, "09:00"), id="late on Saturday"),
        pytest.param(on(10, "10:00"), on(10, "14:07"), None, on(10, "14:07"), id="late at work"),
        pytest.param(
            on(10, "14:00"), on(10, "14:00"), on(11, "05:07"), on(11, "09:00"), id="quiet at night"
        ),
        pytest.param(
            on(6, "14:00"), on(6, "14:00"), on(7, "11:00"), on(9, "09:00"), id="quiet to Saturday"
        ),
        pytest.param(
            on(10, "14:00"), on(11, "03:00"), on(11, "10:30"), on(11, "10:30"), id="quiet at work"
        ),
        pytest.param(on(10, "02:00"), on(10, "02:00"), None, on(10, "02:00"), id="due at night"),
        pytest.param(
            on(10, "02:00"), on(10, "02:01"), on(10, "02:04"), on(10, "02:04"), id="quiet ends soon"
        ),
        pytest.param(
            on(10, "02:00"), on(10, "02:00"), on(10, "02:06"), on(10, "09:00"), id="quiet ends late"
        ),
        pytest.param(on(6, "17:00"), on(6, "17:02"), None, on(6, "17:02"), id="end of the day"),
        pytest.param(on(6, "17:00"), on(6, "17:06"), None, on(9, "09:00"), id="after the day"),
        pytest.param(on(27, "14:00"), on(29, "01:30"), None, on(30, "09:00"), id="clock change"),
        pytest.param(on(12, "10:00"), on(10, "10:00"), None, on(12, "10:00"), id="in the future"),
    ],
)
def test_reminder_is_sent_in_working_hours(
    planned: datetime, now: datetime, quiet_until: datetime | None, sent: datetime
) -> None:
    found = sendable_at(planned, now=now, quiet_until=quiet_until, hours=WEEKDAYS, zone=MADRID)

    assert found == sent


@given(late=st.integers(0, 20_000), quiet=st.none() | st.integers(0, 20_000))
def test_sending_time_stays_valid_once_reached(late: int, quiet: int | None) -> None:
    """The check right before the post agrees with the plan."""
    planned = on(27, "14:07")
    until = None if quiet is None else planned + quiet * MINUTE
    found = sendable_at(
        planned, now=planned + late * MINUTE, quiet_until=until, hours=WEEKDAYS, zone=MADRID
    )

    again = sendable_at(planned, now=found, quiet_until=until, hours=WEEKDAYS, zone=MADRID)

    assert again == found
    assert until is None or found >= until
    local = found.astimezone(MADRID)
    at_work = local.weekday() < 5 and time(9) <= local.time() < time(17)
    assert at_work or found <= planned + LATE_AFTER


def test_due_date_at_night_is_sent_only_if_on_time() -> None:
    task = a_task(due_at=on(10, "02:00"))

    on_time, late = first_of(task, on(10, "02:00")), first_of(task, on(10, "02:06"))

    assert (on_time.reminder.kind, on_time.send_at) == (ReminderKind.DUE, on(10, "02:00"))
    assert (late.reminder.kind, late.send_at) == (ReminderKind.DUE, on(10, "09:00"))


def test_late_reminder_keeps_its_planned_time() -> None:
    task = a_task(due_at=on(10, "14:00"))

    assert first_of(task, on(11, "03:07")).reminder.at == on(10, "14:00")


def test_late_reminder_is_replaced_by_the_next_one() -> None:
    """Due on Friday: on Saturday morning nothing goes out, and by Monday it is overdue."""
    found = first_of(a_task(due_at=on(6, "14:00")), on(7, "03:00"))

    assert (found.reminder.kind, found.send_at) == (ReminderKind.OVERDUE, on(9, "09:00"))


def test_snooze_ending_at_night_waits_for_the_morning() -> None:
    task = a_task(due_at=on(10, "14:00"))
    snoozed = after(task, Changes(task).snoozed(on(11, "02:00")))

    found = first_of(snoozed, on(10, "12:00"))

    assert (found.reminder.kind, found.send_at) == (ReminderKind.DUE, on(11, "09:00"))


def test_warning_held_past_the_due_date_is_dropped() -> None:
    """The warning at 17:00 could go out at 09:00 at the earliest, and the task is due at 02:00."""
    task = a_task(due_at=on(11, "02:00"))
    quiet: dict[SlackUserId, datetime | None] = {ANA: on(10, "17:30")}

    found = first_of(task, on(10, "09:00"), quiet)

    assert (found.reminder.kind, found.send_at) == (ReminderKind.DUE, on(11, "02:00"))


def test_quiet_time_of_one_person_delays_no_other() -> None:
    task = a_task(creator=CLEO, due_at=on(9, "10:00"), created_at=NOW)
    now = on(10, "10:00")

    found = first_of(task, now, {ANA: on(10, "12:00")})

    assert (found.reminder.recipient, found.send_at) == (CLEO, now)


def test_reminder_key_identifies_its_due_date() -> None:
    reminder = first_of(a_task(due_at=on(10, "14:00")), NOW).reminder
    other = first_of(a_task(due_at=on(12, "14:00")), NOW).reminder

    assert reminder.shares_date_with(reminder.key)
    assert not reminder.shares_date_with(other.key)
