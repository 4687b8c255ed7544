"""Many small questions at once, but not too many."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeVar

WIDTH = 8
"""Enough to keep a server answering, and too few to be in anybody's way."""

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


async def side_by_side(
    ask: Callable[[_Asked], Awaitable[_Answer]], about: AsyncIterable[_Asked]
) -> AsyncIterator[_Answer]:
    """Ask about each, `WIDTH` at a time; the answers, as they come.

    Raises:
        Exception: whatever the first question that failed did. The others are given up.
    """
    waiting: set[asyncio.Future[_Answer]] = set()
    try:
        async for each in about:
            waiting.add(asyncio.ensure_future(ask(each)))
            while len(waiting) >= WIDTH:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for answered in done:
                    yield answered.result()
        for answer in asyncio.as_completed(waiting):
            yield await answer
    finally:
        for left in waiting:
            left.cancel()


async def one_by_one(items: Iterable[_Asked]) -> AsyncIterator[_Asked]:
    """What is there already, as that which comes by and by."""
    for item in items:
        yield item
