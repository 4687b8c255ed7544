"""`GET /health`: the state of the bot's parts. `GET /health/live`: the process runs.

Use `/health` for readiness. A restart of the bot does not repair another part, so a supervisor that
restarts processes should use `/health/live`.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, TypeVar

import structlog
from aiohttp import web
from pydantic import BaseModel

from bot.api.checks import Check, trouble_with
from relai_core.clock import Clock, utc_now

CHECK_EVERY = timedelta(seconds=15)
"""Interval of the background check; keeps `since` accurate when /health is not requested."""
FRESH_FOR = timedelta(seconds=1)
"""Requests within this time get the same answer, so frequent probes cause no load."""

_NOT_NEEDED = ("worker", "clock")
"""Parts that an answer does not need."""

State = Literal["ok", "degraded", "down"]

_log = structlog.get_logger(__name__)


class PartHealth(BaseModel):
    """One part. `since` is the moment when this process first saw the part in this state."""

    state: State
    latency_ms: float
    since: datetime
    detail: str | None = None


class Health(BaseModel):
    """All parts. `degraded` means that people are served, but an operator must act.

    Then no worker runs, or a worker reports trouble, or this machine's clock is wrong.
    """

    state: State
    since: datetime
    parts: dict[str, PartHealth]


_S = TypeVar("_S", PartHealth, Health)


class HealthApi:
    """Checks all parts at once.

    Args:
        needed: Checks of the parts that every answer needs.
        worker: Check of the workers.
        clock: Check of this machine's clock.
        now: Tells the time for `since`.
    """

    def __init__(
        self, needed: Mapping[str, Check], worker: Check, clock: Check, now: Clock = utc_now
    ) -> None:
        self._checks = {**needed, "worker": worker, "clock": clock}
        self._now = now
        self._checking = asyncio.Lock()
        self._latest: Health | None = None
        self._checked_at = 0.0

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/health", self.on_get), web.get("/health/live", self.on_get_live)]

    async def on_get(self, _: web.Request) -> web.Response:
        health = await self.check()
        status = 503 if health.state == "down" else 200
        return web.json_response(text=health.model_dump_json(exclude_none=True), status=status)

    async def on_get_live(self, _: web.Request) -> web.Response:
        return web.json_response({"state": "ok"})

    async def check(self) -> Health:
        """The state of all parts, at most `FRESH_FOR` old."""
        async with self._checking:
            age = time.monotonic() - self._checked_at
            if self._latest is None or age > FRESH_FOR.total_seconds():
                self._latest = await self._look_at_all(self._latest)
                self._checked_at = time.monotonic()
            return self._latest

    async def _look_at_all(self, before: Health | None) -> Health:
        seen = await asyncio.gather(*(self._look(check) for check in self._checks.values()))
        known = before.parts if before else {}
        parts = {
            name: _as_known(part, known.get(name))
            for name, part in zip(self._checks, seen, strict=True)
        }
        for name, part in parts.items():
            was = known[name].state if name in known else "ok"
            if part.state != was:
                _log.warning("part_changed", part=name, state=part.state, detail=part.detail)
        return _as_known(Health(state=_overall(parts), since=self._now(), parts=parts), before)

    async def _look(self, check: Check) -> PartHealth:
        started = time.monotonic()
        trouble = await trouble_with(check)
        latency = round((time.monotonic() - started) * 1000, 1)
        if trouble is None:
            return PartHealth(state="ok", latency_ms=latency, since=self._now())
        state: State = "degraded" if trouble.is_degraded else "down"
        return PartHealth(state=state, latency_ms=latency, since=self._now(), detail=trouble.words)


def _as_known(now: _S, before: _S | None) -> _S:
    """Keep `since` if the state is the same."""
    if before is None or now.state != before.state:
        return now
    return now.model_copy(update={"since": before.since})


def _overall(parts: Mapping[str, PartHealth]) -> State:
    if any(part.state == "down" for name, part in parts.items() if name not in _NOT_NEEDED):
        return "down"
    return "ok" if all(part.state == "ok" for part in parts.values()) else "degraded"
