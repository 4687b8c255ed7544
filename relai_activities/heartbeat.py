"""Heartbeats throughout an activity."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio import activity

BEAT = timedelta(seconds=3)
"""Well within the shortest heartbeat timeout."""


@asynccontextmanager
async def beating(every: timedelta = BEAT) -> AsyncIterator[None]:
    """Heartbeat while the block runs, also during a slow call.

    So Temporal starts a second try only once the first is dead. Two tries at a time would post
    twice.
    """
    beat = asyncio.create_task(_beat(every))
    try:
        yield
    finally:
        beat.cancel()


async def _beat(every: timedelta) -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(every.total_seconds())
