"""Jobs that belong to this process alone. What people wait for is Temporal's, never this one's."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

WATCH_EVERY = timedelta(seconds=15)


class Scheduler:
    """Runs the jobs while the process lives."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def every(self, interval: timedelta, job: Callable[[], Awaitable[None]]) -> None:
        """Call `job` again and again. A call that takes longer than `interval` delays the next."""
        self._scheduler.add_job(
            job, "interval", seconds=interval.total_seconds(), max_instances=1, coalesce=True
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
