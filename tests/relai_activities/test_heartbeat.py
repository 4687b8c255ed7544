"""A waiting activity sends heartbeats."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.testing import ActivityEnvironment

from relai_activities.heartbeat import beating

ENOUGH = 5


async def test_heartbeats_stop_at_the_end_of_the_block() -> None:
    beats: list[Any] = []
    has_beaten = asyncio.Event()
    environment = ActivityEnvironment()

    def on_heartbeat(*details: Any) -> None:
        beats.append(details)
        if len(beats) == ENOUGH:
            has_beaten.set()

    async def step() -> None:
        async with beating(timedelta(milliseconds=1)):
            await has_beaten.wait()

    environment.on_heartbeat = on_heartbeat
    await environment.run(step)
    after = len(beats)
    await asyncio.sleep(0.02)

    assert len(beats) == after
