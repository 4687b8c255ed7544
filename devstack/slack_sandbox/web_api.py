"""`/api/METHOD`: authentication, faults, rate limits, and the way to the method."""

import asyncio

from aiohttp import web

from devstack.slack_sandbox.call import Arguments, Call, Method
from devstack.slack_sandbox.calls import MadeCall
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.faults import Fault
from devstack.slack_sandbox.records import Json
from devstack.slack_sandbox.request_arguments import read_arguments
from devstack.slack_sandbox.routes import apps, auth, blocks, chat, conversations, dnd, users, views
from devstack.slack_sandbox.sandbox import SANDBOX, Sandbox
from devstack.slack_sandbox.tokens import check_token

METHODS: dict[str, Method] = {
    **apps.METHODS,
    **auth.METHODS,
    **blocks.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **dnd.METHODS,
    **users.METHODS,
    **views.METHODS,
}
_CUT = {"lost_before", "unreachable"}


async def answer_call(request: web.Request) -> web.StreamResponse:
    """Answer a Web API call, with its planned fault, if any."""
    sandbox = request.app[SANDBOX]
    name = request.match_info["method"]
    try:
        arguments = await read_arguments(request)
    except SlackError as error:
        return web.json_response(error.body())
    fault = sandbox.faults.take(name)
    if fault and fault.kind == "slow":
        await asyncio.sleep(fault.delay)
    outcome, response = _outcome(request, sandbox, name, arguments, fault)
    _record(sandbox, name, arguments, outcome)
    if fault and fault.kind == "lost_after":
        await asyncio.sleep(fault.delay)
        return cut(request)
    return response


def cut(request: web.Request) -> web.Response:
    """Cut the connection: the client never sees the response returned here."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _outcome(
    request: web.Request, sandbox: Sandbox, name: str, arguments: Json, fault: Fault | None
) -> tuple[str, web.Response]:
    kind = fault.kind if fault else ""
    if kind in _CUT:
        return kind, cut(request)
    if fault and (failed := _failure(fault)):
        return (fault.error if kind == "error" else kind), failed
    limited = _limited(sandbox, name, arguments)
    if limited is not None:
        return "ratelimited", ratelimited(limited)
    body = _run(request, sandbox, name, arguments)
    outcome = "lost_after" if kind == "lost_after" else str(body.get("error", "ok"))
    return outcome, _response(sandbox, body)


def _failure(fault: Fault) -> web.Response | None:
    if fault.kind == "ratelimited":
        return ratelimited(fault.retry_after)
    if fault.kind == "server_error":
        return web.Response(status=500, text="Internal Server Error")
    return web.json_response(SlackError(fault.error).body()) if fault.kind == "error" else None


def ratelimited(seconds: int) -> web.Response:
    """Return Slack's 429."""
    headers = {"Retry-After": str(seconds)}
    return web.json_response(SlackError("ratelimited").body(), status=429, headers=headers)


def _limited(sandbox: Sandbox, name: str, arguments: Json) -> int | None:
    if not sandbox.options.rate_limits:
        return None
    return sandbox.rates.retry_after(name, str(arguments.get("channel") or ""))


def _run(request: web.Request, sandbox: Sandbox, name: str, arguments: Json) -> Json:
    try:
        method = _method_named(name)
        check_token(method, request.headers.get("Authorization", ""), arguments, sandbox.options)
        call = Call(
            arguments=Arguments({k: v for k, v in arguments.items() if k != "token"}),
            workspace=sandbox.workspace,
            options=sandbox.options,
            sockets=sandbox.sockets,
            host=request.host,
            now=sandbox.clock(),
        )
        call.require_scope(*method.scopes)
        return {"ok": True, **method.run(call)}
    except SlackError as error:
        return error.body()


def _method_named(name: str) -> Method:
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    return method


def _response(sandbox: Sandbox, body: Json) -> web.Response:
    headers = {"x-oauth-scopes": ",".join(sandbox.options.scopes), "x-slack-req-id": "sandbox"}
    return web.json_response(body, headers=headers)


def _record(sandbox: Sandbox, name: str, arguments: Json, outcome: str) -> None:
    said = {key: value for key, value in arguments.items() if key != "token"}
    sandbox.calls.add(MadeCall(name, said, outcome, sandbox.clock()))
