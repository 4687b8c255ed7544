"""Clocks: this machine's time of day, and a clock that ignores changes to the time of day."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

Clock = Callable[[], datetime]
_TICKING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Counts the time that the machine sleeps, on systems that have such a clock."""


def utc_now() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


class Anchored(NamedTuple):
    """A clock that starts at `moment` and counts on from there, also if the time of day is set."""

    moment: datetime
    ticks: float

    @classmethod
    def at(cls, moment: datetime) -> "Anchored":
        """A clock that shows `moment` now."""
        return cls(moment, _ticks())

    def now(self) -> datetime:
        """The time by this clock."""
        return self.moment + timedelta(seconds=_ticks() - self.ticks)


def _ticks() -> float:
    return time.clock_gettime(_TICKING)
