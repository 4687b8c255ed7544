"""Working hours: when a person may be disturbed, and how a window counts in them."""

import re
from datetime import datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from relai_core.domain.model import Model

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(
    r"(?P<first>[a-z]{3})(-(?P<last>[a-z]{3}))? (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)"
)
_ONE_DAY = timedelta(days=1)


class WorkingHours(Model):
    """The same hours on each working day, as local wall-clock time.

    `end` is None when the day ends at midnight. Weekdays count from Monday, 0.
    """

    weekdays: tuple[int, ...]
    start: time
    end: time | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `mon-fri 09:00-17:00` or `mon-sun 00:00-24:00`.

        Raises:
            ValueError: the text has another form, or the day ends before it starts.
        """
        match = _FORM.fullmatch(text.strip().lower())
        if match is None:
            raise ValueError(f"{text!r} is not of the form 'mon-fri 09:00-17:00'")
        first = _weekday(match["first"])
        last = _weekday(match["last"] or match["first"])
        if last < first:
            raise ValueError(f"{text!r}: the first day must come before the last one")
        start = time.fromisoformat(match["start"])
        end = None if match["end"] == "24:00" else time.fromisoformat(match["end"])
        if end is not None and end <= start:
            raise ValueError(f"{text!r}: the day must end after it starts")
        return cls(weekdays=tuple(range(first, last + 1)), start=start, end=end)

    def next_open(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first working moment at or after `moment`, in UTC terms of the same instant."""
        opens, closes = self._span(moment, zone)
        while closes is None or moment >= closes:
            local = moment.astimezone(zone)
            midnight = datetime.combine(local.date() + _ONE_DAY, time(), zone)
            moment = midnight.astimezone(moment.tzinfo)
            opens, closes = self._span(moment, zone)
        return max(moment, opens)

    def last_open(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The last working moment at or before `moment`."""
        opens, closes = self._span(moment, zone)
        while closes is None or moment < opens:
            local = moment.astimezone(zone)
            day_before = datetime.combine(local.date(), time(), zone) - timedelta(seconds=1)
            moment = day_before.astimezone(moment.tzinfo)
            opens, closes = self._span(moment, zone)
        return min(moment, closes)

    def after(self, moment: datetime, window: timedelta, zone: ZoneInfo) -> datetime:
        """The instant by which `window` of working time has passed since `moment`."""
        while True:
            moment = self.next_open(moment, zone)
            _, closes = self._span(moment, zone)
            if closes is None or moment + window <= closes:
                return moment + window
            window -= closes - moment
            moment = closes

    def _span(self, moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
        """Opening and closing of the local day of `moment`; no closing on a day off.

        Built from wall-clock times, so a day on which clocks change has its true length.
        """
        day = moment.astimezone(zone).date()
        opens = datetime.combine(day, self.start, zone).astimezone(moment.tzinfo)
        if day.weekday() not in self.weekdays:
            return opens, None
        last = datetime.combine(day, self.end or time(), zone)
        closes = last if self.end else datetime.combine(day + _ONE_DAY, time(), zone)
        return opens, closes.astimezone(moment.tzinfo)


def _weekday(name: str) -> int:
    if name not in _DAYS:
        raise ValueError(f"{name!r} is not a weekday; use one of {', '.join(_DAYS)}")
    return _DAYS.index(name)
