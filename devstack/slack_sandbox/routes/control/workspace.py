"""The workspace as a whole: its state, its health, its request URL and its changes."""

import asyncio
import json
from contextlib import suppress

from aiohttp import web

from devstack.slack_sandbox.errors import malformed
from devstack.slack_sandbox.records import Channel, Json
from devstack.slack_sandbox.routes.control.bodies import NewChannel, RequestUrl, read_body
from devstack.slack_sandbox.routes.control.named import person_named
from devstack.slack_sandbox.routes.control.people import shown_person
from devstack.slack_sandbox.sandbox import SANDBOX
from devstack.slack_sandbox.workspace import SLACKBOT, Workspace

_KEEP_ALIVE_SECONDS = 15


async def health(request: web.Request) -> web.Response:
    """Answer, so a client knows that the sandbox runs, and name the transport of payloads."""
    sandbox = request.app[SANDBOX]
    sockets, way = len(sandbox.sockets), sandbox.dispatcher.way
    return web.json_response({"ok": True, "sockets": sockets, "transport": way})


async def show(request: web.Request) -> web.Response:
    """Return the people, the channels and the app."""
    workspace = request.app[SANDBOX].workspace
    installed = workspace.installation
    app = {
        "id": installed.app_id,
        "bot_id": installed.bot_id,
        "bot_user_id": installed.bot_user_id,
    }
    team = {"id": installed.team_id, "name": installed.team_name, "domain": installed.domain}
    people = [shown_person(workspace, p) for p in workspace.people if p.id != SLACKBOT]
    channels = [_shown_channel(workspace, channel) for channel in workspace.channels]
    return web.json_response({"team": team, "app": app, "people": people, "channels": channels})


def _shown_channel(workspace: Workspace, channel: Channel) -> Json:
    return {**workspace.channels.object_of(channel), "members": channel.members}


async def set_request_url(request: web.Request) -> web.Response:
    """Verify a request URL, and use it from now on."""
    sandbox = request.app[SANDBOX]
    body = await read_body(request, RequestUrl)
    verified = body.url is not None and await sandbox.http.verify(body.url)
    sandbox.workspace.set_request_url(body.url)
    return web.json_response({"url": body.url, "verified": verified})


async def add_channel(request: web.Request) -> web.Response:
    """Make a channel."""
    workspace = request.app[SANDBOX].workspace
    body = await read_body(request, NewChannel)
    if workspace.channels.find_by_name(body.name):
        raise malformed(f"there is a channel {body.name!r} already", "name_taken")
    members = [person_named(workspace, user).id for user in body.members]
    channel = workspace.channels.create(body.name, members, is_private=body.is_private)
    return web.json_response(_shown_channel(workspace, channel))


async def stream(request: web.Request) -> web.StreamResponse:
    """Send each change as a server-sent event until the page goes away."""
    broadcast = request.app[SANDBOX].workspace.broadcast
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    response = web.StreamResponse(headers=headers)
    with broadcast.listening() as queue, suppress(ConnectionError):
        await response.prepare(request)
        await response.write(b": listening\n\n")
        while (change := await _next(queue)) is not None:
            await response.write(change)
    return response


async def _next(queue: asyncio.Queue[Json | None]) -> bytes | None:
    """Return the next event, or a comment that keeps the connection known to be alive."""
    try:
        change = await asyncio.wait_for(queue.get(), _KEEP_ALIVE_SECONDS)
    except TimeoutError:
        return b": still here\n\n"
    return None if change is None else f"data: {json.dumps(change)}\n\n".encode()


ROUTES = [
    web.get("/control/health", health),
    web.get("/control/workspace", show),
    web.put("/control/request-url", set_request_url),
    web.post("/control/channels", add_channel),
    web.get("/control/stream", stream),
]
