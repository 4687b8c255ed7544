"""Plans faults, and lists the calls."""

from aiohttp import web

from devstack.slack_sandbox.errors import malformed
from devstack.slack_sandbox.faults import CALL_KINDS, DELIVERY, DELIVERY_KINDS, Fault
from devstack.slack_sandbox.routes.control.bodies import Disconnect, NewFault, read_body
from devstack.slack_sandbox.routes.responses import NAME as RESPONSE_URL
from devstack.slack_sandbox.sandbox import SANDBOX
from devstack.slack_sandbox.web_api import METHODS


async def add(request: web.Request) -> web.Response:
    """Plan a fault."""
    body = await read_body(request, NewFault)
    _require_possible(body)
    fault = Fault(**body.model_dump())
    request.app[SANDBOX].faults.add(fault)
    return web.json_response(fault.to_json())


def _require_possible(body: NewFault) -> None:
    kinds = DELIVERY_KINDS if body.method == DELIVERY else CALL_KINDS
    if body.kind not in kinds:
        raise malformed(f"kind is one of {', '.join(sorted(kinds))}", "unknown_kind")
    if body.method not in {"*", DELIVERY, RESPONSE_URL, *METHODS}:
        raise malformed(f"{body.method!r} is no method of this sandbox", "unknown_method")


async def listing(request: web.Request) -> web.Response:
    """Return the faults that are still to happen."""
    faults = request.app[SANDBOX].faults.listed()
    return web.json_response({"faults": [fault.to_json() for fault in faults]})


async def clear(request: web.Request) -> web.Response:
    """Let everything work again."""
    request.app[SANDBOX].faults.clear()
    return web.json_response({"faults": []})


async def calls(request: web.Request) -> web.Response:
    """Return the last Web API calls, oldest first."""
    made = request.app[SANDBOX].calls.made(request.query.get("method"))
    return web.json_response({"calls": [call.to_json() for call in made]})


async def disconnect(request: web.Request) -> web.Response:
    """Close the sockets, or refuse the next connections."""
    sockets = request.app[SANDBOX].sockets
    body = await read_body(request, Disconnect)
    sockets.refuse_next = body.refuse_next
    if body.abort:
        sockets.abort()
    else:
        await sockets.disconnect(body.reason)
    return web.json_response({"sockets": len(sockets)})


ROUTES = [
    web.post("/control/faults", add),
    web.get("/control/faults", listing),
    web.delete("/control/faults", clear),
    web.get("/control/calls", calls),
    web.post("/control/sockets/disconnect", disconnect),
]
