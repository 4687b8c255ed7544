"""`GET /health`: whether the bot can do its work, part by part.

It is for readiness. A bot whose parts are down lives, and a restart would mend none of them.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel

from bot.services.durable_calls import UnconfirmedError
from relai_core.errors import UnavailableError

CHECKED_WITHIN = timedelta(seconds=1.5)
FRESH_FOR = timedelta(seconds=1)
"""Whoever asks more often gets the same answer, so a probe can't become a load."""

State = Literal["ok", "down"]
Check = Callable[[], Awaitable[None]]
"""Returns if its part is there, and raises otherwise."""


class NotThereError(Exception):
    """A part is down; the text says what is missing."""


class SlackCheck:
    """Whether the token is valid, by a call that `ask` makes, and the way in is open."""

    def __init__(self, ask: Callable[[], Awaitable[object]]) -> None:
        self._ask = ask
        self._is_open: Callable[[], Awaitable[bool]] | None = None

    def opened(self, is_open: Callable[[], Awaitable[bool]]) -> None:
        """From now on `is_open` tells whether payloads can come in."""
        self._is_open = is_open

    async def __call__(self) -> None:
        await self._ask()
        if self._is_open is None or not await self._is_open():
            raise NotThereError("not connected to Slack")


class PartHealth(BaseModel):
    """One part."""

    status: State
    detail: str | None = None


class Health(BaseModel):
    """All parts. `degraded`: requests are saved, but no worker carries them out."""

    status: Literal["ok", "degraded", "down"]
    parts: dict[str, PartHealth]


class HealthApi:
    """Checks all parts at once.

    Args:
        needed: Checks of the parts without which nobody can be served.
        worker: Check of what carries out what is saved.
    """

    def __init__(self, needed: Mapping[str, Check], worker: Check) -> None:
        self._checks = {**needed, "worker": worker}
        self._checking = asyncio.Lock()
        self._latest: Health | None = None
        self._checked_at = 0.0

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/health", self.on_get)]

    async def on_get(self, _: web.Request) -> web.Response:
        health = await self.check()
        status = 503 if health.status == "down" else 200
        return web.json_response(text=health.model_dump_json(exclude_none=True), status=status)

    async def check(self) -> Health:
        """The state of all parts, at most `FRESH_FOR` old."""
        async with self._checking:
            age = time.monotonic() - self._checked_at
            if self._latest is None or age > FRESH_FOR.total_seconds():
                self._latest = await self._check()
                self._checked_at = time.monotonic()
            return self._latest

    async def _check(self) -> Health:
        states = await asyncio.gather(*(_state(check) for check in self._checks.values()))
        parts = dict(zip(self._checks, states, strict=True))
        down = {name for name, part in parts.items() if part.status == "down"}
        status: Any = "ok" if not down else "degraded" if down == {"worker"} else "down"
        return Health(status=status, parts=parts)


async def _state(check: Check) -> PartHealth:
    try:
        async with asyncio.timeout(CHECKED_WITHIN.total_seconds()):
            await check()
    except UnavailableError as error:
        return PartHealth(status="down", detail=f"{error.part} can't be reached")
    except (TimeoutError, UnconfirmedError):
        return PartHealth(status="down", detail="no answer in time")
    except Exception as error:  # noqa: BLE001 - whatever it is, the part is down
        return PartHealth(status="down", detail=str(error) or type(error).__name__)
    return PartHealth(status="ok")
