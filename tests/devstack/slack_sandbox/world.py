"""A sandbox in this process, with clients of its APIs."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from devstack.slack_sandbox.options import Options
from devstack.slack_sandbox.sandbox import Sandbox
from devstack.slack_sandbox.server import running_sandbox
from tests.devstack.slack_sandbox.apps import Answer, HttpApp, SocketApp, silent

Json = dict[str, Any]


class MovableClock:
    """The time of day, which a test can move on."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


@dataclass
class World:
    """A running sandbox with a Web API client and the control API."""

    sandbox: Sandbox
    session: aiohttp.ClientSession
    slack: AsyncWebClient
    clock: MovableClock
    closing: AsyncExitStack

    @property
    def url(self) -> str:
        return self.sandbox.base_url

    async def ask(self, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        """Call the control API; return the status and the answer."""
        address = f"{self.url}/control/{path}"
        async with self.session.request(method, address, json=body) as response:
            return response.status, await response.json()

    async def control(self, method: str, path: str, /, **body: Any) -> Json:
        """Call the control API and require success."""
        status, answer = await self.ask(method, path, body or None)
        assert status == 200, answer
        return answer

    async def user(self, name: str) -> str:
        workspace = await self.control("GET", "workspace")
        return next(str(p["id"]) for p in workspace["people"] if p["name"] == name)

    async def channel(self, name: str) -> str:
        workspace = await self.control("GET", "workspace")
        return next(str(c["id"]) for c in workspace["channels"] if c.get("name") == name)

    async def dm(self, name: str) -> str:
        opened = await self.slack.conversations_open(users=await self.user(name))
        return str(opened["channel"]["id"])

    async def seen_by(self, name: str, channel: str | None = None) -> list[Json]:
        where = f"&channel={channel}" if channel else ""
        seen = await self.control("GET", f"messages?user={await self.user(name)}{where}")
        return list(seen["messages"])

    async def type(self, name: str, text: str, **more: Any) -> Json:
        return await self.control("POST", "commands", user=await self.user(name), text=text, **more)

    async def socket_app(self, answer: Answer = silent) -> SocketApp:
        """Connect an app with this answer over Socket Mode."""
        app = SocketApp(self.url, self.session, answer)
        await app.connect()
        self.closing.push_async_callback(app.close)
        await eventually(self._has_socket)
        return app

    async def _has_socket(self) -> bool:
        return len(self.sandbox.sockets) > 0

    async def http_app(self, answer: Answer = silent) -> HttpApp:
        """Start an app with this answer behind a request URL."""
        app = await self.closing.enter_async_context(HttpApp(answer).running())
        await self.control("PUT", "request-url", url=app.url)
        return app


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until the condition holds, at most until the test's time limit."""
    while not await condition():  # noqa: ASYNC110 - the condition is read over HTTP
        await asyncio.sleep(0.01)


async def start_world(closing: AsyncExitStack, options: Options) -> World:
    clock = MovableClock()
    sandbox = await closing.enter_async_context(running_sandbox(options, clock))
    session = await closing.enter_async_context(aiohttp.ClientSession())
    slack = AsyncWebClient(
        "xoxb-sandbox", base_url=f"{sandbox.base_url}/api/", session=session, retry_handlers=[]
    )
    return World(sandbox, session, slack, clock, closing)
