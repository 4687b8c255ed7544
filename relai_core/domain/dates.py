"""Dates in words, read in the speaker's own zone.

Closed patterns in this module decide which texts are dates: dateparser alone also reads `may`, `12`
and `3/4`, and accepts a month 13. It only computes the day for a form that a pattern has
recognised. The time of day, weekdays and clock changes are ours.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateparser.date import DateDataParser  # type: ignore[import-untyped]

from relai_core.domain.clock_times import DAY_END, EVENING, WORKDAY_END, split_clock

_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(weeks=1)
_MOMENT = timedelta(seconds=1)

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)

_COUNT = rf"(?:an?|[0-9]{{1,3}}|{'|'.join(_NUMBERS)})"
_AMOUNT = rf"(?:half an|[0-9]{{1,3}}\.[0-9]|{_COUNT})"
# No more than 31: dateparser reads `32 dec` as December 2032.
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"20[0-9]{2}"
_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:rs?(?:day)?)?"
    r"|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)

_PREPOSITION = re.compile(r"(?:by|on|before|until) ")
_END_OF_DAY = re.compile(r"\b(?:eod|cob|(?:the )?end of (?:the )?day|close of business)\b")
_END_OF_WEEK = re.compile(r"\b(?:eow|(?:the )?end of (?:the )?week)\b")
_THIS_PART = re.compile(r"\bthis (?=morning|afternoon|evening)")
_DURATION = re.compile(
    rf"in(?: (?P<hours>{_AMOUNT}) ?(?:hours?|hrs?|h))?"
    rf"(?: ?(?:and )?(?P<minutes>{_AMOUNT}) ?(?:minutes?|mins?|m))?"
    rf"(?: ?(?:and )?(?P<seconds>{_AMOUNT}) ?(?:seconds?|secs?|s))?"
)
_NUMERIC = re.compile(
    rf"(?P<year>{_YEAR})-(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}})"
    rf"|(?P<dmy_day>[0-9]{{1,2}})\.(?P<dmy_month>[0-9]{{1,2}})\.(?P<dmy_year>{_YEAR})"
)
_ON_WEEKDAY = re.compile(rf"(?P<which>this |coming |next )?{_WEEKDAY}")
_CALENDAR = re.compile(
    rf"(?:{_WEEKDAY} )?(?:the )?"
    rf"(?P<date>{_DAY} (?:of )?{_MONTH}(?: {_YEAR})?|{_MONTH} {_DAY}(?: {_YEAR})?)"
)
_RELATIVE = re.compile(
    r"today|tomorrow|yesterday|(?:the )?day after tomorrow|next week|next month"
    rf"|in {_COUNT} ?(?:d|days?|weeks?|months?)"
)


def parse_when(text: str, *, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Read a moment in words: `fri 17:00`, `tomorrow 3pm`, `in 2h`, `2026-12-01 09:00`.

    An incomplete moment means the next possible moment: `17:00` is tomorrow's once today's is over,
    `fri` is the coming Friday. `next fri` is the Friday of the next calendar week. A day without a
    time means `WORKDAY_END`. An exactly named moment may lie in the past.

    Returns:
        The moment in UTC, or None if the whole text is not one.
    """
    words = _normalised(text)
    if not words:
        return None
    if duration := _duration(words):
        return now.astimezone(UTC) + duration
    today = now.astimezone(zone).date()
    words, clocks = _split(words)
    moments = [
        datetime.combine(day, clock, zone).astimezone(UTC)
        for clock in clocks
        for day in _days(words, today)
    ]
    return next((moment for moment in moments if moment > now), next(iter(moments), None))


def format_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Say a moment as `Tue 1 Dec 2026, 09:00 (Europe/Madrid)`."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({zone.key})"


def _normalised(text: str) -> str:
    words = " ".join(text.lower().replace(",", " ").split()).rstrip(".;:!?")
    words = _PREPOSITION.sub("", words, count=1) if _PREPOSITION.match(words) else words
    return _THIS_PART.sub("today ", _END_OF_WEEK.sub("fri", words))


def _duration(words: str) -> timedelta | None:
    match = _DURATION.fullmatch(words)
    if match is None:
        return None
    return timedelta(**{unit: _amount(said) for unit, said in match.groupdict("0").items()})


def _amount(said: str) -> float:
    if said in _NUMBERS:
        return _NUMBERS.index(said)
    return {"a": 1, "an": 1, "half an": 0.5}.get(said) or float(said)


def _split(words: str) -> tuple[str, tuple[time, ...]]:
    """The words that name the day, and the times of it that can be meant, the likeliest first."""
    words, clock = split_clock(words)
    if clock is not None:
        return words.replace("tonight", "today"), (clock,)
    if _END_OF_DAY.search(words):
        return _END_OF_DAY.sub("", words).strip() or "today", (WORKDAY_END, DAY_END)
    if words == "tonight":
        return "today", (EVENING, DAY_END)
    return words, (WORKDAY_END, DAY_END)


def _days(words: str, today: date) -> tuple[date, ...]:
    """The days that can be meant, the likeliest first; empty if the words name no day."""
    if not words:
        return today, today + _ONE_DAY
    if match := _NUMERIC.fullmatch(words):
        return _numeric(match)
    if match := _ON_WEEKDAY.fullmatch(words):
        return _on_weekday(match, today)
    if match := _CALENDAR.fullmatch(words):
        return _calendar(match, today)
    if _RELATIVE.fullmatch(words):
        return _ask(words, datetime.combine(today, time()), "relative-time")
    return ()


def _numeric(match: re.Match[str]) -> tuple[date, ...]:
    year, month, day = (
        int(match[part] or match[f"dmy_{part}"]) for part in ("year", "month", "day")
    )
    try:
        return (date(year, month, day),)
    except ValueError:
        return ()


def _on_weekday(match: re.Match[str], today: date) -> tuple[date, ...]:
    weekday = _WEEKDAYS.index(match["weekday"][:3])
    if match["which"] == "next ":
        monday = today - today.weekday() * _ONE_DAY
        return (monday + _ONE_WEEK + weekday * _ONE_DAY,)
    day = today + (weekday - today.weekday()) % 7 * _ONE_DAY
    return day, day + _ONE_WEEK


def _calendar(match: re.Match[str], today: date) -> tuple[date, ...]:
    # Search from the last moment of yesterday on, so today's date means today, not next year.
    days = _ask(match["date"], datetime.combine(today, time()) - _MOMENT, "absolute-time")
    weekday = match["weekday"]
    if weekday is None:
        return days
    return tuple(day for day in days if day.weekday() == _WEEKDAYS.index(weekday[:3]))


def _ask(words: str, base: datetime, parser: str) -> tuple[date, ...]:
    settings = {
        "PARSERS": [parser],
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": base,
        "RETURN_AS_TIMEZONE_AWARE": False,
        "TIMEZONE": "UTC",
    }
    found = DateDataParser(languages=["en"], settings=settings).get_date_data(words).date_obj
    return () if found is None else (found.date(),)
