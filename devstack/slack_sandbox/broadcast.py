"""Tells the page which parts changed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from devstack.slack_sandbox.records import Json


class Broadcast:
    """A broadcast without memory: a listener hears each change from its start on."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Json | None]] = set()

    def announce(
        self, changed: str, *, channel: str | None = None, user: str | None = None
    ) -> None:
        named = {"channel": channel, "user": user}
        change = {"changed": changed, **{name: value for name, value in named.items() if value}}
        for listener in self._listeners:
            listener.put_nowait(change)

    def end(self) -> None:
        """Tell every listener that nothing more comes."""
        for listener in self._listeners:
            listener.put_nowait(None)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[Json | None]]:
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
