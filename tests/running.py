"""Servers for fixtures that outlive the event loop of a test."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar


class Part(Protocol):
    """A server, or several."""

    async def start(self) -> None: ...

    async def kill(self) -> None: ...


_Part = TypeVar("_Part", bound=Part)


@contextmanager
def running(part: _Part) -> Iterator[_Part]:
    """Start `part`, and kill it in the end: an orderly end takes seconds and saves nothing."""
    try:
        asyncio.run(part.start())
        yield part
    finally:
        asyncio.run(part.kill())
