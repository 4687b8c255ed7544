"""Time that nobody can set: a moment by another's clock, and what has passed since."""

import time
from datetime import datetime, timedelta
from typing import NamedTuple

_TICKING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps, where the system has such a clock."""


class Anchored(NamedTuple):
    """A clock that was right at `moment`, and is so from then on."""

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
