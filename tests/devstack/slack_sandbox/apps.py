"""Two Slack apps for the sandbox to talk to: the SDK's Socket Mode client, and an HTTP server."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]
Answer = Callable[[Json], Awaitable[Any]]
"""Gets a payload and returns the body of the acknowledgement; raising NoAnswerError sends none."""


class NoAnswerError(Exception):
    """The app leaves this payload unacknowledged."""


async def silent(_payload: Json) -> None:
    """Acknowledge, and say nothing."""


def saying(body: Any) -> Answer:
    """Acknowledge everything with this body."""

    async def answer(_payload: Json) -> Any:
        return body

    return answer


async def unanswered(_payload: Json) -> None:
    """Never acknowledge."""
    raise NoAnswerError


class SocketApp:
    """An app that is connected by the SDK's own client."""

    def __init__(self, url: str, session: aiohttp.ClientSession, answer: Answer) -> None:
        web_client = AsyncWebClient(base_url=f"{url}/api/", session=session)
        self.client = SocketModeClient("xapp-sandbox", web_client=web_client, ping_interval=1)
        self.client.socket_mode_request_listeners.append(self._listen)
        self.answer = answer
        self.received: asyncio.Queue[SocketModeRequest] = asyncio.Queue()

    async def _listen(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.received.put_nowait(request)
        try:
            body = await self.answer(request.payload)
        except NoAnswerError:
            return
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, body))

    async def connect(self) -> None:
        await self.client.connect()  # type: ignore[no-untyped-call] # the SDK's gap

    async def close(self) -> None:
        await self.client.close()  # type: ignore[no-untyped-call] # the SDK's gap


@dataclass
class Received:
    """One request of the sandbox, and whether its signature was good."""

    payload: Json
    headers: dict[str, str]
    body: str
    signed: bool


@dataclass
class HttpApp:
    """An app behind a request URL, which checks signatures with the SDK's verifier."""

    answer: Answer
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    secret: str = "sandbox-signing-secret"
    url: str = ""
    received: asyncio.Queue[Received] = field(default_factory=asyncio.Queue)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["HttpApp"]:
        app = web.Application()
        app.router.add_post("/slack/events", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
            yield self
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        body = await request.text()
        headers = {name.lower(): value for name, value in request.headers.items()}
        signed = SignatureVerifier(self.secret).is_valid_request(body, headers)
        payload = _parsed(body, request.content_type)
        if payload.get("type") == "url_verification":
            return web.json_response({"challenge": payload["challenge"]})
        self.received.put_nowait(Received(payload, headers, body, signed))
        try:
            return self._response(await self.answer(payload))
        except NoAnswerError:
            await asyncio.sleep(30)
            return web.Response()

    def _response(self, body: Any) -> web.Response:
        if isinstance(body, dict):
            return web.json_response(body, status=self.status, headers=self.headers)
        return web.Response(text=body or "", status=self.status, headers=self.headers)


def _parsed(body: str, content_type: str) -> Json:
    if content_type == "application/json":
        return dict(json.loads(body))
    form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
    return dict(json.loads(form["payload"])) if set(form) == {"payload"} else dict(form)
