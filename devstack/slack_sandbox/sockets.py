"""Socket Mode: tickets, connections, envelopes and their acknowledgements."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field

import aiohttp
import structlog
from aiohttp import web

from devstack.slack_sandbox.ids import Clock, new_secret
from devstack.slack_sandbox.records import Json
from devstack.slack_sandbox.transport import Kind, Parcel, Reply, TransportError, as_answer

MOST_SOCKETS = 10
TICKET_SECONDS = 30
WARNING_SECONDS = 10
_APPROXIMATE_LIFE_SECONDS = 18060
_ENVELOPE_TYPES: dict[Kind, str] = {
    "command": "slash_commands",
    "interactive": "interactive",
    "event": "events_api",
}

log = structlog.get_logger()


@dataclass(eq=False)
class Connection:
    """An open websocket, and its envelopes that the app must still acknowledge."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    waiting: dict[str, list[asyncio.Future[Json]]] = field(default_factory=dict)

    async def send(self, frame: Json) -> None:
        try:
            await self.socket.send_str(json.dumps(frame, ensure_ascii=False))
        except ConnectionError as error:
            raise TransportError("connection_failed") from error

    def acknowledge(self, frame: Json) -> None:
        for waiting in self.waiting.pop(str(frame.get("envelope_id")), []):
            if not waiting.done():
                waiting.set_result(frame)

    def abort(self) -> None:
        if self.transport:
            self.transport.abort()


class Sockets:
    """The app's open sockets. Each payload goes to one socket, chosen at random."""

    def __init__(self, app_id: str, clock: Clock) -> None:
        self._app_id = app_id
        self._clock = clock
        self._tickets: dict[str, float] = {}
        self._open: set[Connection] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self.refuse_next = 0

    def __len__(self) -> int:
        return len(self._open)

    def issue_ticket(self) -> str:
        ticket = new_secret()
        self._tickets[ticket] = self._clock() + TICKET_SECONDS
        return ticket

    def _punch(self, ticket: str) -> bool:
        """Use the ticket up, also if the upgrade is refused."""
        refused = self.refuse_next > 0
        self.refuse_next -= refused
        return self._clock() <= self._tickets.pop(ticket, 0.0) and not refused

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serve a websocket until it ends."""
        if not self._punch(request.query.get("ticket", "")):
            return web.Response(status=401, text="this ticket opens nothing")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket, request.transport)
        if len(self) >= MOST_SOCKETS:
            await connection.send(_disconnect_frame("too_many_websockets"))
            await socket.close()
            return socket
        await self._serve(connection)
        return socket

    async def _serve(self, connection: Connection) -> None:
        self._open.add(connection)
        try:
            log.info("socket_opened", sockets=len(self))
            await connection.send(self._hello())
            async for message in connection.socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._on_text(connection, message.data)
        except TransportError:
            log.info("socket_lost")
        finally:
            self._open.discard(connection)
            log.info("socket_closed", sockets=len(self))

    def _on_text(self, connection: Connection, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            log.warning("unreadable_frame", length=len(text))
            return
        if isinstance(frame, dict):
            connection.acknowledge(frame)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {
                "host": "slack-sandbox",
                "approximate_connection_time": _APPROXIMATE_LIFE_SECONDS,
            },
        }

    async def send(self, parcel: Parcel) -> Reply:
        """Send on any open socket, and wait for the acknowledgement however late it is."""
        if not self._open:
            raise TransportError("connection_failed")
        connection = secrets.choice(list(self._open))
        acknowledged: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        connection.waiting.setdefault(parcel.envelope_id, []).append(acknowledged)
        await connection.send(_envelope(parcel))
        frame = await acknowledged
        accepted = _accepts_answer(parcel)
        return Reply(status=200, answer=as_answer(frame.get("payload")) if accepted else None)

    async def disconnect(self, reason: str) -> None:
        """Ask the app to reconnect, then close: at once, or 10 s after a `warning`."""
        for connection in list(self._open):
            await connection.send(_disconnect_frame(reason))
            if reason == "warning":
                self._close_later(connection)
            else:
                await connection.socket.close()

    def _close_later(self, connection: Connection) -> None:
        async def close() -> None:
            await asyncio.sleep(WARNING_SECONDS)
            await connection.socket.close()

        closing = asyncio.create_task(close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def abort(self) -> None:
        """Cut every connection without a word."""
        for connection in list(self._open):
            self._open.discard(connection)
            connection.abort()

    async def close(self) -> None:
        for closing in self._closing:
            closing.cancel()
        for connection in list(self._open):
            await connection.socket.close(code=aiohttp.WSCloseCode.GOING_AWAY)


def _envelope(parcel: Parcel) -> Json:
    envelope = {
        "envelope_id": parcel.envelope_id,
        "type": _ENVELOPE_TYPES[parcel.kind],
        "payload": parcel.payload,
        "accepts_response_payload": _accepts_answer(parcel),
    }
    if parcel.kind != "event":
        return envelope
    retry = parcel.retry
    return {
        **envelope,
        "retry_attempt": retry.number if retry else 0,
        "retry_reason": retry.reason if retry else "",
    }


def _accepts_answer(parcel: Parcel) -> bool:
    if parcel.kind != "interactive":
        return parcel.kind == "command"
    asked = parcel.payload.get("type")
    return asked == "view_submission" or (asked == "block_actions" and "message" in parcel.payload)


def _disconnect_frame(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "slack-sandbox"}}
