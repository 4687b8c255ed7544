"""Jobs of this process: again and again, and no failure is the last time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.scheduler import Scheduler

OFTEN = timedelta(milliseconds=20)
NEVER = timedelta(hours=1)


class Job:
    """Tells when it has been called so many times."""

    def __init__(self, *, fails: bool = False) -> None:
        self._calls: asyncio.Queue[None] = asyncio.Queue()
        self._fails = fails

    async def run(self) -> None:
        self._calls.put_nowait(None)
        if self._fails:
            raise ZeroDivisionError

    async def was_called(self, times: int) -> None:
        for _ in range(times):
            await self._calls.get()


@pytest.fixture
async def scheduler() -> AsyncIterator[Scheduler]:
    started = Scheduler()
    started.start()
    yield started
    started.stop()


async def test_a_job_is_called_again_and_again(scheduler: Scheduler) -> None:
    job = Job()

    scheduler.every(OFTEN, job.run)

    await job.was_called(3)


async def test_a_job_may_be_called_at_once(scheduler: Scheduler) -> None:
    job = Job()

    scheduler.every(NEVER, job.run, at_once=True)

    await job.was_called(1)


async def test_a_job_that_was_given_before_the_start_may_be_called_at_once() -> None:
    scheduler, job = Scheduler(), Job()
    scheduler.every(NEVER, job.run, at_once=True)

    scheduler.start()

    await job.was_called(1)
    scheduler.stop()


async def test_a_job_that_fails_is_called_again(scheduler: Scheduler) -> None:
    job = Job(fails=True)

    scheduler.every(OFTEN, job.run)

    await job.was_called(3)


async def test_job_that_is_cut_off_leaves_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    started, cut_off = asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut_off.set()

    scheduler = Scheduler()
    scheduler.every(NEVER, endless, at_once=True)
    scheduler.start()
    await started.wait()
    scheduler.stop()
    await cut_off.wait()
    await asyncio.sleep(0)

    assert [record for record in caplog.records if record.exc_info] == []
