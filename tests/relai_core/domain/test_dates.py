"""Dates in words: texts that are dates, texts that are not, and clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relai_core.domain.clock_times import WORKDAY_END
from relai_core.domain.dates import format_moment, parse_when

MADRID = ZoneInfo("Europe/Madrid")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=MADRID).astimezone(UTC)
"""A Wednesday, ten in the morning in Madrid."""


def read(text: str, now: datetime = NOW, zone: ZoneInfo = MADRID) -> str | None:
    """Return the meaning of `text` as local time in `zone`."""
    at = parse_when(text, zone=zone, now=now)
    return None if at is None else f"{at.astimezone(zone):%a %Y-%m-%d %H:%M:%S}".removesuffix(":00")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("today", "Wed 2026-11-18 17:00"),
        ("tomorrow", "Thu 2026-11-19 17:00"),
        ("yesterday", "Tue 2026-11-17 17:00"),
        ("day after tomorrow 9am", "Fri 2026-11-20 09:00"),
        ("tonight", "Wed 2026-11-18 20:00"),
        ("tonight at 9pm", "Wed 2026-11-18 21:00"),
        ("9pm tonight", "Wed 2026-11-18 21:00"),
        ("fri", "Fri 2026-11-20 17:00"),
        ("Thurs", "Thu 2026-11-19 17:00"),
        ("tues", "Tue 2026-11-24 17:00"),
        ("weds", "Wed 2026-11-18 17:00"),
        ("this friday", "Fri 2026-11-20 17:00"),
        ("coming sunday", "Sun 2026-11-22 17:00"),
        ("next monday", "Mon 2026-11-23 17:00"),
        ("next fri", "Fri 2026-11-27 17:00"),
        ("next week", "Wed 2026-11-25 17:00"),
        ("next month", "Fri 2026-12-18 17:00"),
        ("in 3 days", "Sat 2026-11-21 17:00"),
        ("in 2d at 9am", "Fri 2026-11-20 09:00"),
        ("in a week", "Wed 2026-11-25 17:00"),
        ("in two weeks", "Wed 2026-12-02 17:00"),
        ("in 3 months", "Thu 2027-02-18 17:00"),
        ("end of week", "Fri 2026-11-20 17:00"),
        ("eow", "Fri 2026-11-20 17:00"),
    ],
)
def test_relative_day_is_read(text: str, meaning: str) -> None:
    assert read(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("2026-12-01", "Tue 2026-12-01 17:00"),
        ("2026-12-01 09:00", "Tue 2026-12-01 09:00"),
        ("24.12.2026", "Thu 2026-12-24 17:00"),
        ("1 Dec 14:30", "Tue 2026-12-01 14:30"),
        ("14:30 1 dec", "Tue 2026-12-01 14:30"),
        ("Dec 1st", "Tue 2026-12-01 17:00"),
        ("the 1st of December", "Tue 2026-12-01 17:00"),
        ("December 1, 2027", "Wed 2027-12-01 17:00"),
        ("3 sept", "Fri 2027-09-03 17:00"),
        ("fri 18 dec", "Fri 2026-12-18 17:00"),
        ("friday 18 december 2026 at 10:30 pm", "Fri 2026-12-18 22:30"),
        ("29 feb", "Tue 2028-02-29 17:00"),
        ("17 nov", "Wed 2027-11-17 17:00"),
        ("18 nov", "Wed 2026-11-18 17:00"),
        ("18 nov 09:00", "Wed 2026-11-18 09:00"),
        ("2020-01-01", "Wed 2020-01-01 17:00"),
    ],
)
def test_a_day_of_the_calendar_is_read(text: str, meaning: str) -> None:
    assert read(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("17:00", "Wed 2026-11-18 17:00"),
        ("09:00", "Thu 2026-11-19 09:00"),
        ("5pm", "Wed 2026-11-18 17:00"),
        ("9 a.m.", "Thu 2026-11-19 09:00"),
        ("12pm", "Wed 2026-11-18 12:00"),
        ("12:30am", "Thu 2026-11-19 00:30"),
        ("noon", "Wed 2026-11-18 12:00"),
        ("midnight", "Wed 2026-11-18 23:59"),
        ("at 15", "Wed 2026-11-18 15:00"),
        ("at 3", "Wed 2026-11-18 15:00"),
        ("3:30", "Wed 2026-11-18 15:30"),
        ("03:30", "Thu 2026-11-19 03:30"),
        ("6:30", "Thu 2026-11-19 06:30"),
        ("fri 17:00", "Fri 2026-11-20 17:00"),
        ("tomorrow 3pm", "Thu 2026-11-19 15:00"),
        ("tomorrow by 5pm", "Thu 2026-11-19 17:00"),
        ("3 p.m. on friday", "Fri 2026-11-20 15:00"),
        ("noon tomorrow", "Thu 2026-11-19 12:00"),
        ("saturday morning", "Sat 2026-11-21 09:00"),
        ("friday night", "Fri 2026-11-20 20:00"),
        ("this afternoon", "Wed 2026-11-18 15:00"),
        ("fri midnight", "Fri 2026-11-20 23:59"),
        ("end of day", "Wed 2026-11-18 17:00"),
        ("fri eod", "Fri 2026-11-20 17:00"),
        ("wed 9:00", "Wed 2026-11-25 09:00"),
    ],
)
def test_a_time_of_day_is_read_with_and_without_a_day(text: str, meaning: str) -> None:
    assert read(text) == meaning


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("in 3 minutes", timedelta(minutes=3)),
        ("in 2h", timedelta(hours=2)),
        ("in an hour", timedelta(hours=1)),
        ("in half an hour", timedelta(minutes=30)),
        ("in 1.5 hours", timedelta(minutes=90)),
        ("in 1h30m", timedelta(minutes=90)),
        ("in one hour and 30 mins", timedelta(minutes=90)),
        ("in ten minutes", timedelta(minutes=10)),
        ("in 45 seconds", timedelta(seconds=45)),
    ],
)
def test_a_duration_counts_from_now(text: str, duration: timedelta) -> None:
    assert parse_when(text, zone=MADRID, now=NOW) == NOW + duration


@pytest.mark.parametrize("text", ["Fri 17:00", " fri,  17:00 ", "on fri 17:00", "fri 17:00."])
def test_case_commas_spaces_and_a_preposition_do_not_matter(text: str) -> None:
    assert read(text) == "Fri 2026-11-20 17:00"


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", "by", "on", "at", "in", "a", "one", "the", "next", "this", "of"),
        *("may", "march", "december", "second", "now", "day", "week", "month", "am", "pm"),
        *("1", "12", "17", "99", "2026", "1.5", "24.12.", "3/4", "12/24/2026", "v2026.1.1"),
        *("Tolkien", "Bo", "payload", "sat on the sofa", "sun cream", "monitor"),
        *("in", "in 2", "in h", "in 0 minutes", "in zero days", "in Berlin", "in 3 steps"),
        *("3 days", "2 hours", "3 days ago", "every friday", "10 mar mitzvahs", "the 2nd floor"),
        *("31 feb", "30 feb 2027", "29 feb 2027", "0 dec", "32 dec", "1 dec 1999", "dec 2027"),
        *("2026-13-01", "2026-02-30", "1999-01-01", "9999-12-31", "13.24.2026", "2026-12"),
        *("25:00", "24:00", "12:60", "13pm", "0am", "fri 25:00", "at 25", "fri 17", "17h"),
        *("fri 17 dec", "mon tue", "tomorrow tomorrow", "fri 9am 5pm", "9am 9am", "today fri"),
        *(
            "\u0661\u0667:\u0660\u0660",
            "明日",
            "mañana",
            "vendredi",
            "🕔",
            "<!date^1>",
            "T-42",
            "fri\u202e17:00",
        ),
        "9" * 40_000,
        "in " * 10_000,
        "1 dec " * 5_000,
    ],
    ids=lambda text: text[:20] or "empty",
)
def test_other_text_is_not_read_as_a_date(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("today", "Wed 2026-11-18 23:59"),
        ("eod", "Wed 2026-11-18 23:59"),
        ("18 nov", "Wed 2026-11-18 23:59"),
        ("wed", "Wed 2026-11-25 17:00"),
        ("17:00", "Thu 2026-11-19 17:00"),
        ("tonight", "Wed 2026-11-18 23:59"),
    ],
)
def test_date_read_in_the_evening_is_in_the_future(text: str, meaning: str) -> None:
    evening = datetime(2026, 11, 18, 21, 0, tzinfo=MADRID)

    assert read(text, now=evening) == meaning


def test_exact_date_may_be_in_the_past() -> None:
    at = parse_when("today 09:00", zone=MADRID, now=NOW)

    assert at == NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("today", "Tue 2026-11-17 23:59"), ("tomorrow 9am", "Wed 2026-11-18 09:00")],
)
def test_day_is_read_in_the_zone_of_the_speaker(text: str, meaning: str) -> None:
    """At 02:00 UTC it is still the evening before in New York."""
    now = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)

    assert read(text, now=now, zone=NEW_YORK) == meaning


@pytest.mark.parametrize(
    ("said_on", "instant"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
        (date(2026, 10, 24), datetime(2026, 10, 25, 8, 0, tzinfo=UTC)),
    ],
    ids=["clocks go forward", "clocks go back"],
)
def test_time_of_day_stays_across_a_clock_change(said_on: date, instant: datetime) -> None:
    now = datetime.combine(said_on, time(12), MADRID)

    assert parse_when("tomorrow 09:00", zone=MADRID, now=now) == instant


def test_durations_count_real_hours_across_a_clock_change() -> None:
    now = datetime(2026, 3, 29, 1, 30, tzinfo=MADRID)

    assert read("in 2 hours", now=now) == "Sun 2026-03-29 04:30"


def test_skipped_time_moves_past_the_clock_change() -> None:
    now = datetime(2026, 3, 28, 12, 0, tzinfo=MADRID)

    assert read("tomorrow 02:30", now=now) == "Sun 2026-03-29 03:30"


@given(text=st.text(max_size=200))
def test_any_text_is_a_utc_time_or_no_date(text: str) -> None:
    at = parse_when(text, zone=MADRID, now=NOW)

    assert at is None or at.tzinfo is UTC


WORDS = (
    *("in", "on", "at", "next", "this", "the", "of", "and", "a", "half an", "fri", "monday"),
    *("1", "31", "0", "999", "2026", "1st", "dec", "may", "days", "h", "minutes", "weeks"),
    *("today", "tonight", "eod", "eow", "noon", "morning", "9am", "17:00", "2026-12-01", "pm"),
)


@given(words=st.lists(st.sampled_from(WORDS), max_size=8))
@settings(max_examples=300)
def test_any_date_words_are_a_utc_time_or_no_date(words: list[str]) -> None:
    at = parse_when(" ".join(words), zone=MADRID, now=NOW)

    assert at is None or at.tzinfo is UTC


@given(day=st.dates(date(2026, 11, 19), date(2099, 12, 31)), clock=st.times())
def test_written_out_time_is_read_unchanged(day: date, clock: time) -> None:
    written = f"{day:%Y-%m-%d} {clock:%H:%M}"

    assert read(written, zone=ZoneInfo("UTC")) == f"{day:%a} {written}"


@given(day=st.dates(date(2026, 11, 19), date(2099, 12, 31)))
def test_a_day_in_words_is_the_same_as_in_figures(day: date) -> None:
    in_words = f"{day:%A} {day.day} {day:%B %Y}"

    assert read(in_words) == read(day.isoformat())


@given(
    later=st.timedeltas(timedelta(0), timedelta(days=3000)),
    day=st.sampled_from(("mon", "wed", "sat", "sun")),
)
def test_a_weekday_is_within_the_coming_seven_days(later: timedelta, day: str) -> None:
    now = NOW + later

    at = parse_when(day, zone=ZoneInfo("UTC"), now=now)

    assert at is not None
    assert timedelta(0) < at - now <= timedelta(days=7)
    assert at.time() == WORKDAY_END


def test_time_is_formatted_with_its_zone() -> None:
    assert format_moment(NOW, MADRID) == "Wed 18 Nov 2026, 10:00 (Europe/Madrid)"
