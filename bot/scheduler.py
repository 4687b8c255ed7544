"""Jobs that belong to this process alone. What people wait for is Temporal's, never this one's."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from relai_core.clock import Anchored, utc_now

WATCH_EVERY = timedelta(seconds=15)
_LOOK_EVERY = timedelta(seconds=5)
_JUMP = timedelta(seconds=1)
"""Nothing that keeps a clock right moves it as far within `_LOOK_EVERY`."""

_log = structlog.get_logger(__name__)


class Scheduler:
    """Runs the jobs while the process lives."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._watching: asyncio.Task[None] | None = None

    def every(
        self, interval: timedelta, job: Callable[[], Awaitable[object]], *, at_once: bool = False
    ) -> None:
        """Call `job` again and again, first after `interval` or `at_once`.

        A call that takes longer than `interval` delays the next. One that fails is logged. `job`
        must be a coroutine function or such a method: APScheduler calls all else in a thread.
        """
        added = self._scheduler.add_job(
            job,
            "interval",
            seconds=interval.total_seconds(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,  # late is better than not at all
        )
        if at_once:
            added.modify(next_run_time=utc_now())

    def start(self) -> None:
        self._scheduler.start()
        self._watching = asyncio.create_task(self._watch_the_clock())

    def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        self._scheduler.shutdown(wait=False)

    async def _watch_the_clock(self) -> None:
        """Call all jobs when the clock was put back: APScheduler would wait until it is as before.

        One that was put forward only makes them be called early.
        """
        while True:
            unmoved = Anchored.at(utc_now())
            await asyncio.sleep(_LOOK_EVERY.total_seconds())
            jump = utc_now() - unmoved.now()
            if abs(jump) > _JUMP:
                _log.warning("clock_jumped", seconds=round(jump.total_seconds()))
            if jump < -_JUMP:
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=utc_now())
