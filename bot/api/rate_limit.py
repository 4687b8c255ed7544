"""Limits the requests of each token."""

import time
from collections.abc import Callable
from datetime import timedelta

WINDOW = timedelta(minutes=1)


class RateLimit:
    """A bucket for each name; it holds `per_minute` requests and fills at that rate.

    Each process counts for itself, so two bots allow twice as many. Names are those of configured
    tokens, so the dict stays small.
    """

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._full_after = WINDOW.total_seconds()
        self._each = self._full_after / per_minute
        self._now = now
        # The moment when the bucket is full again: generic cell rate algorithm (ITU-T I.371).
        self._full_at: dict[str, float] = {}

    def take(self, name: str) -> timedelta | None:
        """Count a request and return None, or refuse it and return the time to wait."""
        now = self._now()
        full_at = max(self._full_at.get(name, now), now) + self._each
        if full_at - now > self._full_after:
            return timedelta(seconds=full_at - now - self._full_after)
        self._full_at[name] = full_at
        return None
