"""The time at which an activity acts."""

from datetime import UTC, datetime


def now_after(asked_at: datetime) -> datetime:
    """The time now, and never before the workflow asked.

    A retry after a long outage acts at its own time. But a worker whose clock is behind the
    server's must not find that a timer which has fired is still to come.
    """
    return max(datetime.now(UTC), asked_at)
