"""What time it is, for whoever is given a clock, and clocks that no one can set."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

Clock = Callable[[], datetime]
_TICKING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps, where the system has such a clock."""


def utc_now() -> datetime:
    """The time by this machine's clock, which may be wrong."""
    return datetime.now(UTC)


class Anchored(NamedTuple):
    """A clock that says `moment` at its making, and goes on from there whatever is set here."""

    moment: datetime
    ticks: float

    @classmethod
    def at(cls, moment: datetime) -> "Anchored":
        """The clock by which it is `moment` now."""
        return cls(moment, _ticks())

    def now(self) -> datetime:
        """The time by this clock."""
        return self.moment + timedelta(seconds=_ticks() - self.ticks)


def _ticks() -> float:
    return time.clock_gettime(_TICKING)
