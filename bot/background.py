"""What the bot does beside its answers, so that none of them waits for it."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any


class Background:
    """Short work that is under way; `drain` waits for it before the bot ends."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin with it; its failures are its own to handle."""
        task = asyncio.create_task(work)
        # The event loop itself keeps no task alive.
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def drain(self, within: timedelta) -> None:
        """Wait for what is under way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within.total_seconds())
