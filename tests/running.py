"""Servers for fixtures that outlive the event loop of a test."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

_Part = TypeVar("_Part")


@contextmanager
def running(part: AbstractAsyncContextManager[_Part]) -> Iterator[_Part]:
    """Enter `part` and leave it, each in an event loop of its own."""
    entered = asyncio.run(part.__aenter__())
    try:
        yield entered
    finally:
        asyncio.run(part.__aexit__(None, None, None))
