"""Work that runs in the background, so that no answer waits for it."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any


class Background:
    """Runs short coroutines as asyncio tasks; `drain` waits for them when the bot stops."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Start the coroutine. It must handle its own errors."""
        task = asyncio.create_task(work)
        # The event loop holds only weak references, so without this set a task may vanish.
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def drain(self, within: timedelta) -> None:
        """Wait for the running tasks, at most `within`."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within.total_seconds())
