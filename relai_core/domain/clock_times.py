"""Reads the time of day within a date in words, and defines the default times of a day."""

import re
from datetime import time

WORKDAY_END = time(17)
"""The default time of a day: `fri`, `1 dec`, `end of day`."""
EVENING = time(20)
"""The time of `tonight` and `fri night`."""
DAY_END = time(23, 59)
"""The time of `midnight`, which ends the day it is said of, and of a `today` said after work."""
AFTERNOON_HOURS = range(1, 6)
"""`at 3` and `3:30` mean the afternoon; `03:00` and `3am` mean the night."""

_NAMED = {
    "morning": time(9),
    "noon": time(12),
    "midday": time(12),
    "afternoon": time(15),
    "evening": time(18),
    "night": EVENING,
    "midnight": DAY_END,
}
_CLOCK = (
    r"(?:(?P<at>at )?(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))?(?: ?(?P<half>[ap])\.?m\.?)?"
    rf"|(?:at )?(?P<name>{'|'.join(_NAMED)}))"
)
_LAST = re.compile(rf"(?:^| )(?:by )?{_CLOCK}$")
_FIRST = re.compile(rf"^{_CLOCK}(?: on)? ")


def split_clock(words: str) -> tuple[str, time | None]:
    """Take the time of day from the end or the start of lower-case words.

    Returns:
        The other words, and the time; all the words and None if there is no time in them.
    """
    for form in (_LAST, _FIRST):
        match = form.search(words)
        if match and (clock := _clock(match)) is not None:
            return words[: match.start()] + words[match.end() :], clock
    return words, None


def _clock(match: re.Match[str]) -> time | None:
    if match["name"]:
        return _NAMED[match["name"]]
    if not (match["at"] or match["minute"] or match["half"]):
        return None  # a number alone is a day of the month or no date at all
    hour = _hour(match["hour"], match["half"])
    minute = int(match["minute"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _hour(said: str, half: str | None) -> int:
    """The hour from 0 to 23, or a number above 23 if there is no such hour."""
    hour = int(said)
    if half is None:
        means_afternoon = len(said) == 1 and hour in AFTERNOON_HOURS
        return hour + 12 if means_afternoon else hour
    if not 1 <= hour <= 12:
        return 24
    return hour % 12 + (12 if half == "p" else 0)
