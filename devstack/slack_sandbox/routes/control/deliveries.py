"""Deliveries to the app: the record, repetitions, and raw payloads."""

import asyncio
from dataclasses import replace

from aiohttp import web

from devstack.slack_sandbox.delivery import Delivery
from devstack.slack_sandbox.errors import malformed, unknown
from devstack.slack_sandbox.ids import new_secret
from devstack.slack_sandbox.routes.control.bodies import RawDelivery, Repeat, read_body
from devstack.slack_sandbox.sandbox import SANDBOX
from devstack.slack_sandbox.transport import Parcel, Retry


def _listed(deliveries: list[Delivery]) -> web.Response:
    return web.json_response({"deliveries": [delivery.to_json() for delivery in deliveries]})


async def listing(request: web.Request) -> web.Response:
    """Return the last deliveries, oldest first."""
    dispatcher = request.app[SANDBOX].dispatcher
    return _listed(dispatcher.kept(request.query.get("kind")))


async def pending_events(request: web.Request) -> web.Response:
    """Return the ids of the events that are still to be acknowledged."""
    return web.json_response({"pending": request.app[SANDBOX].events.pending})


async def send(request: web.Request) -> web.Response:
    """Deliver a payload just as given."""
    sandbox = request.app[SANDBOX]
    body = await read_body(request, RawDelivery)
    if body.sign != "good" and not sandbox.dispatcher.can_sign:
        raise malformed("only HTTP is signed: set a request URL first", "no_request_url")
    parcel = Parcel(body.kind, body.payload, envelope_id=new_secret(), signing=body.sign)
    return web.json_response((await sandbox.dispatcher.send(parcel)).to_json())


async def repeat(request: web.Request) -> web.Response:
    """Send the same payload again. The app's answer shows in the deliveries only."""
    dispatcher = request.app[SANDBOX].dispatcher
    body = await read_body(request, Repeat)
    original = dispatcher.find(request.match_info["id"])
    if original is None:
        raise unknown("delivery", request.match_info["id"])
    parcels = [_again(original.parcel, body) for _ in range(body.times)]
    if body.concurrently:
        return _listed(await asyncio.gather(*(dispatcher.send(parcel) for parcel in parcels)))
    return _listed([await dispatcher.send(parcel) for parcel in parcels])


def _again(parcel: Parcel, body: Repeat) -> Parcel:
    reason = body.retry_reason or "http_timeout"
    retry = Retry(body.retry_num, reason) if body.retry_num is not None else None
    envelope_id = new_secret() if body.new_envelope else parcel.envelope_id
    return replace(parcel, retry=retry, envelope_id=envelope_id)


ROUTES = [
    web.get("/control/deliveries", listing),
    web.get("/control/events", pending_events),
    web.post("/control/deliveries", send),
    web.post("/control/deliveries/{id}/repeat", repeat),
]
