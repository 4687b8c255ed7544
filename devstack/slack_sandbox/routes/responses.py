"""`response_url` targets."""

import asyncio
import json

from aiohttp import web

from devstack.slack_sandbox.calls import MadeCall
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.faults import Fault
from devstack.slack_sandbox.records import Json
from devstack.slack_sandbox.sandbox import SANDBOX, Sandbox
from devstack.slack_sandbox.web_api import cut, ratelimited

NAME = "response_url"
_GONE = {"expired_url", "used_url"}


async def take_response(request: web.Request) -> web.Response:
    """Carry out a post to a `response_url`, with its planned fault, if any."""
    sandbox = request.app[SANDBOX]
    body = await request.text()
    fault = sandbox.faults.take(NAME)
    if fault and fault.kind == "slow":
        await asyncio.sleep(fault.delay)
    outcome, response = _outcome(request, sandbox, body, fault)
    said = {"path": request.path, "body": body}
    sandbox.calls.add(MadeCall(NAME, said, outcome, sandbox.clock()))
    return response


def _outcome(
    request: web.Request, sandbox: Sandbox, body: str, fault: Fault | None
) -> tuple[str, web.Response]:
    kind = fault.kind if fault else ""
    if kind in {"lost_before", "unreachable"}:
        return kind, cut(request)
    if fault and kind == "ratelimited":
        return kind, ratelimited(fault.retry_after)
    if fault and kind in {"server_error", "error"}:
        return kind, web.Response(status=500, text=fault.error)
    try:
        sandbox.answers.take(request.path, _parsed(body))
    except SlackError as error:
        status = 404 if error.error in _GONE else 400
        return error.error, web.json_response(error.body(), status=status)
    return kind or "ok", cut(request) if kind == "lost_after" else web.Response(text="ok")


def _parsed(body: str) -> Json:
    try:
        parsed = json.loads(body)
    except ValueError:
        raise SlackError("invalid_payload") from None
    if not isinstance(parsed, dict):
        raise SlackError("invalid_payload")
    return parsed
