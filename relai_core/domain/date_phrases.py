"""Finds the date phrase in a typed text: `… by fri 17:00 …`, wherever it stands."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from relai_core.domain.dates import format_moment, parse_when
from relai_core.domain.text import shorten
from relai_core.errors import InvalidInputError

MOST_WORDS = 8
"""Words in a date, at most: `friday the 18th of december 2026 10:30 pm`."""
LONGEST_PHRASE = 80
"""Characters in a date phrase, generously: the room a text needs beyond its own limit."""

_STRICT = "due"
# A clearer word wins; among equal words the later word wins: "Prepare the talk on Monday by fri".
_CLARITY = {"due": 0, "by": 1, "until": 1, "before": 1, "on": 2}


class Moment(NamedTuple):
    """The frame in which words mean a date."""

    now: datetime
    zone: ZoneInfo


class _Phrase(NamedTuple):
    start: int
    end: int
    at: datetime


def take_date(
    words: Sequence[str], keywords: Collection[str], *, spoken: Moment, field: str
) -> tuple[list[str], datetime | None]:
    """Take the clearest date phrase out of `words`.

    A phrase is one of `keywords` (of `due`, `by`, `until`, `before`, `on`) and the longest run of
    words after it that reads as a date. After `due` a date must follow; if no date follows, the
    other keywords belong to the text. `on` with a past day belongs to the text too, because it
    tells of the past.

    Returns:
        The other words, and the moment in UTC or None.

    Raises:
        InvalidInputError: the date is over, or `due` is followed by something else.
    """
    phrase = next(_phrases(words, keywords, spoken), None)
    if phrase is None:
        if _STRICT in keywords:
            _refuse_unread(words, field)
        return list(words), None
    if phrase.at <= spoken.now:
        said = " ".join(words[phrase.start : phrase.end])
        raise InvalidInputError(
            f"“{shorten(said)}” means {format_moment(phrase.at, spoken.zone)}, and that is over. "
            "Name a moment to come, such as `tomorrow 3pm` or `fri 17:00`.",
            field=field,
        )
    return [*words[: phrase.start], *words[phrase.end :]], phrase.at


def _phrases(words: Sequence[str], keywords: Collection[str], spoken: Moment) -> Iterator[_Phrase]:
    """The phrases that can be read, the clearest first."""
    starts = [start for start, word in enumerate(words) if _keyword(word) in keywords]
    for start in sorted(starts, key=lambda start: (_CLARITY[_keyword(words[start])], -start)):
        phrase = _phrase_at(words, start, spoken)
        tells_of_the_past = _keyword(words[start]) == "on"
        if phrase and (phrase.at > spoken.now or not tells_of_the_past):
            yield phrase


def _phrase_at(words: Sequence[str], start: int, spoken: Moment) -> _Phrase | None:
    first = start + 1
    for end in range(min(len(words), first + MOST_WORDS), first, -1):
        at = parse_when(" ".join(words[first:end]), zone=spoken.zone, now=spoken.now)
        if at is not None:
            return _Phrase(start, end, at)
    return None


def _refuse_unread(words: Sequence[str], field: str) -> None:
    for start, word in enumerate(words):
        following = words[start + 1 : start + 1 + MOST_WORDS]
        # "Down due to a power cut" gives a reason, not a date.
        if _keyword(word) == _STRICT and following and following[0].lower() != "to":
            raise InvalidInputError(
                f"I can't read “{shorten(' '.join(following))}” as a date. Write it like `due "
                "fri 17:00`, `due tomorrow 3pm`, `due in 2h` or `due 2026-12-01 09:00`. If “due” "
                "belongs to the title, use the form that `/task` opens.",
                field=field,
            )


def _keyword(word: str) -> str:
    return word.lower().removesuffix(":")
