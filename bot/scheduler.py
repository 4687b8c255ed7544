"""Periodic jobs of this process. Reminders and deadlines are timers of Temporal."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from relai_core.clock import utc_now

WATCH_EVERY = timedelta(seconds=15)


class Scheduler:
    """Runs the jobs while the process lives."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def every(
        self, interval: timedelta, job: Callable[[], Awaitable[object]], *, at_once: bool = False
    ) -> None:
        """Call `job` every `interval`, the first time after `interval` or `at_once`.

        A call that takes longer than `interval` delays the next call. A failed call is logged.
        """

        async def run() -> None:
            # If `stop` cancels a call under way, APScheduler would log its traceback.
            with suppress(asyncio.CancelledError):
                await job()

        added = self._scheduler.add_job(
            run,
            "interval",
            seconds=interval.total_seconds(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,  # a late run is never skipped
        )
        if at_once:
            added.modify(next_run_time=utc_now())

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
