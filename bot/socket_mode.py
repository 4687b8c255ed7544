"""Slack over a websocket, which reconnects after a failure and drains before it closes."""

import asyncio
import logging
import time
from contextlib import suppress
from datetime import timedelta

import structlog
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.bolt import Dispatch

PING_EVERY = timedelta(seconds=10)
_MISSES_ALLOWED = 2
"""Failed checks before we request a new address; that call has Slack's lowest rate limit."""
_GOODBYE = timedelta(milliseconds=500)

_log = structlog.get_logger(__name__)


class SocketMode:
    """One websocket for all payloads. Create it in a running event loop."""

    def __init__(
        self,
        client: AsyncWebClient,
        app_token: str,
        dispatch: Dispatch,
        ping_every: timedelta = PING_EVERY,
    ) -> None:
        self._dispatch = dispatch
        self._under_way: set[asyncio.Task[None]] = set()
        self._misses = 0
        self._connecting: asyncio.Task[None] | None = None
        self._client = SocketModeClient(
            app_token=app_token,
            web_client=client,
            ping_interval=ping_every.total_seconds(),
            logger=logging.getLogger(__name__),
        )
        self._client.socket_mode_request_listeners.append(self._on_request)

    def start(self) -> None:
        """Connect in the background, and retry until it works."""
        self._connecting = asyncio.create_task(self._client.connect())  # type: ignore[no-untyped-call]

    async def is_connected(self) -> bool:
        return await self._client.is_connected()

    async def look_after(self) -> None:
        """Give up an address that the client retries in vain. Call this every few seconds."""
        self._misses = 0 if await self.is_connected() else self._misses + 1
        if self._misses >= _MISSES_ALLOWED:
            # An address opens one connection only, and the client requests a new address only if
            # it has none.
            self._client.wss_uri = None
            self._misses = 0
            _log.warning("socket_address_renewed")

    async def stop(self, within: timedelta) -> None:
        """Take no new payload, wait `within` for running answers, then disconnect.

        A payload that arrives later is not acknowledged, so Slack sends it again.
        """
        self._client.socket_mode_request_listeners.clear()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within.total_seconds())
        if self._connecting is not None:
            self._connecting.cancel()
        with suppress(TimeoutError):
            # If the peer is gone without a close frame, the client would wait for that frame.
            async with asyncio.timeout(_GOODBYE.total_seconds()):
                await self._client.close()  # type: ignore[no-untyped-call]

    async def _on_request(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        started = time.time()
        answering = asyncio.current_task()
        if answering is not None:
            self._under_way.add(answering)
            answering.add_done_callback(self._under_way.discard)
        response = await self._dispatch(request.payload, build_headers(request) or {})
        await send_async_response(client, request, response, started)
