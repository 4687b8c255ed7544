"""Working hours by the local clock, across clock changes too."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relai_core.domain.hours import WorkingHours

WEEKDAYS = WorkingHours.parse("mon-fri 09:00-17:00")
ALWAYS = WorkingHours.parse("mon-sun 00:00-24:00")
MADRID = ZoneInfo("Europe/Madrid")
AUCKLAND = ZoneInfo("Pacific/Auckland")

ZONES = st.sampled_from(
    # Half hours, a jump at midnight, a summer time of 30 minutes, the day that Samoa left out.
    [
        *("UTC", "Europe/Madrid", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"),
        *("Africa/Cairo", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"),
    ]
).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 - UTC is set
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
)
HOURS = st.sampled_from(
    ["mon-fri 09:00-17:00", "mon-sun 00:00-24:00", "sat 22:00-24:00", "tue-wed 00:00-06:30"]
).map(WorkingHours.parse)


def on(day: int, clock: str, zone: ZoneInfo = MADRID) -> datetime:
    """Return a local time of March 2026 in UTC. 2 March is a Monday."""
    moment = datetime.combine(datetime(2026, 3, day, tzinfo=zone), time.fromisoformat(clock), zone)
    return moment.astimezone(UTC)


def is_working(hours: WorkingHours, moment: datetime, zone: ZoneInfo) -> bool:
    """Define working time without arithmetic, for comparison."""
    local = moment.astimezone(zone)
    before_the_end = hours.end is None or local.time() < hours.end
    return local.weekday() in hours.weekdays and hours.start <= local.time() and before_the_end


@pytest.mark.parametrize(
    "text",
    [
        *("", "9-17", "mon-fri 9:00-17:00", "moo-fri 09:00-17:00", "fri-mon 09:00-17:00"),
        *("mon-fri 17:00-09:00", "mon-fri 09:00-09:00"),
        *("mon-fri 25:00-26:00", "mon-fri 09:00-24:30"),
    ],
)
def test_malformed_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        WorkingHours.parse(text)


def test_hours_may_name_one_day_in_any_case() -> None:
    assert WorkingHours.parse(" Sat 10:00-12:30 ") == WorkingHours(
        weekdays=(5,), start=time(10), end=time(12, 30)
    )


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (on(4, "10:00"), on(4, "10:00")),
        (on(4, "09:00"), on(4, "09:00")),
        (on(4, "08:59"), on(4, "09:00")),
        (on(4, "17:00"), on(5, "09:00")),
        (on(6, "18:00"), on(9, "09:00")),
        (on(7, "12:00"), on(9, "09:00")),
    ],
)
def test_next_open_finds_the_next_working_time(moment: datetime, opens: datetime) -> None:
    assert WEEKDAYS.next_open(moment, MADRID) == opens


@pytest.mark.parametrize(
    ("moment", "closes"),
    [
        (on(4, "10:00"), on(4, "10:00")),
        (on(4, "20:00"), on(4, "17:00")),
        (on(4, "08:00"), on(3, "17:00")),
        (on(8, "12:00"), on(6, "17:00")),
    ],
)
def test_last_open_finds_the_last_working_time(moment: datetime, closes: datetime) -> None:
    assert WEEKDAYS.last_open(moment, MADRID) == closes


@pytest.mark.parametrize(
    ("moment", "window", "ends"),
    [
        (on(4, "10:00"), timedelta(minutes=10), on(4, "10:10")),
        (on(4, "16:55"), timedelta(minutes=10), on(5, "09:05")),
        (on(6, "16:55"), timedelta(minutes=10), on(9, "09:05")),
        (on(7, "12:00"), timedelta(minutes=10), on(9, "09:10")),
        (on(4, "10:00"), timedelta(hours=16), on(6, "10:00")),
        (on(4, "16:50"), timedelta(minutes=10), on(4, "17:00")),
    ],
)
def test_a_window_counts_in_working_time(
    moment: datetime, window: timedelta, ends: datetime
) -> None:
    assert WEEKDAYS.after(moment, window, MADRID) == ends


def test_a_window_counts_in_the_zone_of_the_person() -> None:
    """Wednesday 10:00 in Madrid is 22:00 in Auckland."""
    assert WEEKDAYS.after(on(4, "10:00"), timedelta(minutes=10), AUCKLAND) == on(
        5, "09:10", zone=AUCKLAND
    )


def test_window_counts_real_hours_across_a_clock_change() -> None:
    """On 29 March 2026 Madrid goes from 02:00 to 03:00."""
    assert ALWAYS.after(on(29, "01:30"), timedelta(hours=1), MADRID) == on(29, "03:30")


@given(hours=HOURS, moment=MOMENTS, zone=ZONES)
def test_next_open_is_the_earliest_working_time(
    hours: WorkingHours, moment: datetime, zone: ZoneInfo
) -> None:
    opens = hours.next_open(moment, zone)

    assert opens >= moment
    assert is_working(hours, opens, zone)
    if opens > moment:
        assert not is_working(hours, moment, zone)
        assert not is_working(hours, opens - timedelta(minutes=1), zone)
    assert hours.next_open(opens, zone) == opens


@given(hours=HOURS, moment=MOMENTS, zone=ZONES)
def test_last_open_is_working_time_and_not_later(
    hours: WorkingHours, moment: datetime, zone: ZoneInfo
) -> None:
    closes = hours.last_open(moment, zone)

    assert closes <= moment
    # The very end of a day counts as its last moment.
    assert is_working(hours, closes - timedelta(minutes=1), zone) or is_working(hours, closes, zone)


@settings(max_examples=50)
@given(hours=HOURS, moment=MOMENTS, zone=ZONES, minutes=st.integers(1, 300))
def test_a_window_holds_exactly_its_working_time(
    hours: WorkingHours, moment: datetime, zone: ZoneInfo, minutes: int
) -> None:
    """Counted minute by minute."""
    ends = hours.after(moment, timedelta(minutes=minutes), zone)

    worked = 0
    while moment < ends:
        worked += is_working(hours, moment, zone)
        moment += timedelta(minutes=1)
    assert worked == minutes
