"""Readiness checks for `ChildProcess`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

Ready = Callable[[], Awaitable[bool]]

PATIENCE = aiohttp.ClientTimeout(total=2)


def answers(url: str) -> Ready:
    """Ready once the server answers a GET of `url` with 200."""

    async def ready() -> bool:
        try:
            async with aiohttp.ClientSession(timeout=PATIENCE) as http, http.get(url) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    return ready


def has_logged(log: Path, event: str) -> Ready:
    """Ready once `event` stands in the log."""

    async def ready() -> bool:
        return event in await asyncio.to_thread(log.read_text, errors="replace")

    return ready
