"""Checks that Temporal answers, and that a worker polls our task queue."""

from datetime import datetime

from temporalio.client import Client

from bot.services.durable_calls import DURABLE_WITHIN, confirmed
from relai_core.clock import Clock, utc_now
from relai_core.polling import last_polled_at, was_just_polled


class NoWorkerError(Exception):
    """No worker polls `task_queue`, so saved requests are not carried out."""

    def __init__(self, task_queue: str) -> None:
        super().__init__(task_queue)
        self.task_queue = task_queue


class TemporalHealth:
    """Asks Temporal about itself and about the workers of one task queue."""

    def __init__(self, client: Client, task_queue: str, now: Clock = utc_now) -> None:
        self._client = client
        self._task_queue = task_queue
        self._now = now

    async def ping(self) -> None:
        """Return if Temporal answers."""
        await self._last_polled_at()

    async def require_worker(self) -> None:
        """Return if a worker has just polled the task queue.

        Raises:
            NoWorkerError: no worker has.
        """
        if not was_just_polled(await self._last_polled_at(), self._now()):
            raise NoWorkerError(self._task_queue)

    async def _last_polled_at(self) -> datetime | None:
        return await confirmed(
            lambda: last_polled_at(self._client, self._task_queue, DURABLE_WITHIN)
        )
