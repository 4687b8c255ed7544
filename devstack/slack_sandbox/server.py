"""The sandbox as an HTTP server: wiring only."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from devstack.slack_sandbox.errors import ControlError, malformed
from devstack.slack_sandbox.ids import Clock
from devstack.slack_sandbox.options import Options
from devstack.slack_sandbox.routes import pages
from devstack.slack_sandbox.routes.control import (
    acts,
    deliveries,
    faults,
    people,
    sights,
    workspace,
)
from devstack.slack_sandbox.routes.responses import take_response
from devstack.slack_sandbox.sandbox import SANDBOX, Sandbox, build_sandbox
from devstack.slack_sandbox.web_api import answer_call, cut

HOST = "127.0.0.1"
_LOCAL_NAMES = {HOST, "localhost", "[::1]"}
_LONGEST_BODY = 4 * 1024 * 1024
_ANSWER_LATE = aiohttp.ClientTimeout(total=30)
"""A late HTTP answer of the app is awaited this long, to record it."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(sandbox: Sandbox) -> web.Application:
    """Return the application that serves a sandbox."""
    app = web.Application(middlewares=[_only_local, _control_errors], client_max_size=_LONGEST_BODY)
    app[SANDBOX] = sandbox
    app.add_routes(
        [
            web.route("GET", "/api/{method}", answer_call),
            web.route("POST", "/api/{method}", answer_call),
            web.get("/link/", _accept_socket),
            web.post("/{kind:commands|actions}/{path:.+}", take_response),
            *pages.ROUTES,
        ]
    )
    for part in (acts, deliveries, faults, people, sights, workspace):
        app.add_routes(part.ROUTES)
    app.on_shutdown.append(_hang_up)
    return app


async def _accept_socket(request: web.Request) -> web.StreamResponse:
    sandbox = request.app[SANDBOX]
    if sandbox.faults.take("link", only="unreachable"):
        return cut(request)
    return await sandbox.sockets.accept(request)


async def _hang_up(app: web.Application) -> None:
    app[SANDBOX].workspace.broadcast.end()
    await app[SANDBOX].sockets.close()


@web.middleware
async def _only_local(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other host names, so a web page can't reach the sandbox by DNS rebinding."""
    if request.host.rpartition(":")[0] not in _LOCAL_NAMES:
        return web.Response(status=403, text="the sandbox only answers on this machine")
    return await handler(request)


@web.middleware
async def _control_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every refusal below /control/ as JSON that tells the cure."""
    if not request.path.startswith("/control/"):
        return await handler(request)
    try:
        return await handler(request)
    except ControlError as error:
        refused = error
    except web.HTTPException as error:
        refused = ControlError(error.status, "no_such_call", f"{error.reason}: {request.path}")
    except UnicodeDecodeError:
        refused = malformed("the body is not UTF-8")
    body = {"error": refused.error, "message": refused.message}
    return web.json_response(body, status=refused.status)


@asynccontextmanager
async def running_sandbox(options: Options, clock: Clock = time.time) -> AsyncIterator[Sandbox]:
    """Serve a sandbox on loopback until the block ends; `base_url` tells the actual port."""
    async with aiohttp.ClientSession(timeout=_ANSWER_LATE) as session:
        sandbox = build_sandbox(options, clock, session)
        runner = web.AppRunner(create_app(sandbox), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, options.port).start()
            port = runner.addresses[0][1]
            sandbox.payloads.base_url = f"http://{HOST}:{port}"
            sandbox.events.resume()
            yield sandbox
        finally:
            await runner.cleanup()
            await sandbox.close()
