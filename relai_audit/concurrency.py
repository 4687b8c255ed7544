"""Runs one coroutine function on many values, a few at a time."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from typing import TypeVar

AT_ONCE = 8
"""Calls under way at a time: enough to keep a server busy, too few to slow down the product."""

_Value = TypeVar("_Value")
_Result = TypeVar("_Result")


async def each_of(
    call: Callable[[_Value], Awaitable[_Result]], values: AsyncIterable[_Value]
) -> AsyncIterator[_Result]:
    """Call with each value, `AT_ONCE` at a time; the results in the order in which they come.

    Raises:
        Exception: the first one that a call raised. The calls under way are cancelled.
    """
    pending: set[asyncio.Future[_Result]] = set()
    try:
        async for value in values:
            pending.add(asyncio.ensure_future(call(value)))
            while len(pending) >= AT_ONCE:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for finished in done:
                    yield finished.result()
        for result in asyncio.as_completed(pending):
            yield await result
    finally:
        for unfinished in pending:
            unfinished.cancel()
