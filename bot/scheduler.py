"""Jobs that belong to this process alone. What people wait for is Temporal's, never this one's."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

WATCH_EVERY = timedelta(seconds=15)


class Scheduler:
    """Runs the jobs while the process lives."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def every(
        self, interval: timedelta, job: Callable[[], Awaitable[object]], *, at_once: bool = False
    ) -> None:
        """Call `job` again and again, first after `interval` or `at_once`.

        A call that takes longer than `interval` delays the next. One that fails is logged. `job`
        must be a coroutine function or such a method: APScheduler calls all else in a thread.
        """
        added = self._scheduler.add_job(
            job, "interval", seconds=interval.total_seconds(), max_instances=1, coalesce=True
        )
        if at_once:
            added.modify(next_run_time=datetime.now(UTC))

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
