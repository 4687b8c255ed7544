"""Hands payloads to the app, and keeps the answers."""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from devstack.slack_sandbox.faults import DELIVERY, Fault, Faults
from devstack.slack_sandbox.http_transport import HttpTransport
from devstack.slack_sandbox.ids import Clock, new_secret
from devstack.slack_sandbox.records import Json
from devstack.slack_sandbox.sockets import Sockets
from devstack.slack_sandbox.transport import Kind, Parcel, Reply, Transport, TransportError

Outcome = Literal["pending", "withheld", "ok", "operation_timeout", "dispatch_failed"]
Way = Literal["socket", "http", "none"]

KEPT = 500


@dataclass
class Delivery:
    """A payload to the app, and the answer. `elapsed` is in seconds."""

    parcel: Parcel
    transport: Way
    at: float
    id: str
    attempt: int = 1
    outcome: Outcome = "pending"
    status: int | None = None
    answer: Json | None = None
    elapsed: float | None = None
    late: bool = False
    reason: str = ""
    no_retry: bool = False
    view_outcome: str | None = None
    errors: dict[str, str] | None = None

    @property
    def is_ok(self) -> bool:
        return self.outcome == "ok"

    def to_json(self) -> Json:
        told: Json = {
            "id": self.id,
            "kind": self.parcel.kind,
            "transport": self.transport,
            "payload": self.parcel.payload,
            "envelope_id": self.parcel.envelope_id,
            "outcome": self.outcome,
            "status": self.status,
            "answer": self.answer,
            "elapsed": self.elapsed,
            "at": self.at,
            "attempt": self.attempt,
            "late": self.late,
        }
        if self.view_outcome:
            told |= {"view_outcome": self.view_outcome, "errors": self.errors or {}}
        return told


class Dispatcher:
    """Delivers by Socket Mode, else by signed HTTP; gives up on the answer after 3 seconds."""

    def __init__(
        self,
        sockets: Sockets,
        http: HttpTransport,
        faults: Faults,
        clock: Clock,
        ack_within: timedelta,
    ) -> None:
        self._sockets = sockets
        self._http = http
        self._faults = faults
        self._clock = clock
        self._ack_within = ack_within
        self._kept: deque[Delivery] = deque(maxlen=KEPT)
        self._sending: set[asyncio.Task[Reply]] = set()

    @property
    def way(self) -> Way:
        """The transport of the next payload."""
        if len(self._sockets):
            return "socket"
        return "http" if self._http.is_ready else "none"

    @property
    def can_sign(self) -> bool:
        """True if there is a request URL, so a signature matters."""
        return self._http.is_ready

    def find(self, delivery_id: str) -> Delivery | None:
        return next((kept for kept in self._kept if kept.id == delivery_id), None)

    def kept(self, kind: str | None = None) -> list[Delivery]:
        return [kept for kept in self._kept if kind in {None, kept.parcel.kind}]

    def withhold(self, kind: Kind, payload: Json) -> Delivery:
        """Record a payload that Slack's client kept to itself."""
        parcel = Parcel(kind, payload, envelope_id=new_secret())
        delivery = Delivery(parcel, "none", self._clock(), new_secret(), outcome="withheld")
        self._kept.append(delivery)
        return delivery

    async def deliver(self, kind: Kind, payload: Json) -> Delivery:
        return await self.send(Parcel(kind, payload, envelope_id=new_secret()))

    async def send(
        self, parcel: Parcel, *, delivery_id: str | None = None, attempt: int = 1
    ) -> Delivery:
        """Send the parcel and return the answer, if it came in time. A fault may happen first."""
        fault = self._faults.take(DELIVERY)
        if fault and fault.kind == "duplicate":
            again = replace(parcel, envelope_id=new_secret())
            first, _ = await asyncio.gather(
                self._send(parcel, None, delivery_id, attempt),
                self._send(again, None, None, attempt),
            )
            return first
        return await self._send(parcel, fault, delivery_id, attempt)

    async def _send(
        self, parcel: Parcel, fault: Fault | None, delivery_id: str | None, attempt: int
    ) -> Delivery:
        way: Way = self.way if parcel.signing == "good" else "http"
        delivery = Delivery(
            parcel, way, at=self._clock(), id=delivery_id or new_secret(), attempt=attempt
        )
        self._kept.append(delivery)
        transport = self._transport(way)
        if transport is None:
            _fail(delivery, "connection_failed")
        else:
            await self._hand_over(delivery, transport, fault)
        return delivery

    def _transport(self, way: Way) -> Transport | None:
        ways: dict[Way, Transport] = {"socket": self._sockets, "http": self._http}
        return ways.get(way)

    async def _hand_over(
        self, delivery: Delivery, transport: Transport, fault: Fault | None
    ) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        sending = asyncio.create_task(_sent(delivery.parcel, transport, fault))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        await asyncio.wait({sending}, timeout=self._ack_within.total_seconds())
        delivery.elapsed = round(loop.time() - started, 4)
        if sending.done():
            _settle(delivery, sending)
        else:
            delivery.outcome, delivery.reason = "operation_timeout", "http_timeout"
            sending.add_done_callback(lambda late: _settle_late(delivery, late))

    async def close(self) -> None:
        """Stop waiting for answers."""
        for sending in list(self._sending):
            sending.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)


async def _sent(parcel: Parcel, transport: Transport, fault: Fault | None) -> Reply:
    """Send under a fault: late, or lost on the way there or on the way back."""
    kind = fault.kind if fault else ""
    if fault and kind == "slow":
        await asyncio.sleep(fault.delay)
    if kind != "lost_before":
        reply = await transport.send(parcel)
        if kind != "lost_after":
            return reply
    never: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    return await never


def _settle(delivery: Delivery, sending: asyncio.Task[Reply]) -> None:
    error = sending.exception()
    if isinstance(error, TransportError):
        _fail(delivery, error.reason)
        return
    _record(delivery, sending.result())
    if delivery.status == 200:
        delivery.outcome = "ok"
    else:
        _fail(delivery, "http_error")


def _settle_late(delivery: Delivery, sending: asyncio.Task[Reply]) -> None:
    if sending.cancelled() or sending.exception():
        return
    delivery.late = True
    _record(delivery, sending.result())


def _record(delivery: Delivery, reply: Reply) -> None:
    delivery.status = reply.status
    delivery.answer = reply.answer
    delivery.no_retry = reply.no_retry


def _fail(delivery: Delivery, reason: str) -> None:
    delivery.outcome, delivery.reason = "dispatch_failed", reason
