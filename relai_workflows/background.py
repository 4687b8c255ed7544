"""Coroutines beside a workflow's main one. A crash of one of them fails the workflow task."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Background:
    """Runs coroutines that never return by themselves.

    asyncio hides the exception of a task that is not awaited, and the workflow would go on without
    its reminders or messages. So the main coroutine waits on `has_crashed` too.
    """

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine beside the main one."""
        self._tasks.append(asyncio.create_task(coroutine))

    @property
    def has_crashed(self) -> bool:
        return any(task.done() for task in self._tasks)

    def raise_crash(self) -> None:
        """Raise the error of a crashed coroutine, if any."""
        for task in self._tasks:
            if task.done():
                task.result()

    def stop(self) -> None:
        """Cancel all coroutines."""
        for task in self._tasks:
            task.cancel()
