"""The acts of people: type, press, submit, close, open the app's Home."""

from aiohttp import web

from devstack.slack_sandbox.errors import malformed
from devstack.slack_sandbox.presses import Press
from devstack.slack_sandbox.records import Json
from devstack.slack_sandbox.routes.control.bodies import (
    Action,
    Closing,
    OpenedHome,
    Submission,
    TypedCommand,
    TypedMessage,
    read_body,
)
from devstack.slack_sandbox.routes.control.named import (
    actor_named,
    channel_named,
    message_named,
    view_named,
)
from devstack.slack_sandbox.sandbox import SANDBOX, Sandbox


async def type_command(request: web.Request) -> web.Response:
    """Type a slash command."""
    sandbox = request.app[SANDBOX]
    body = await read_body(request, TypedCommand)
    if body.thread_ts is not None:
        raise malformed("slash commands don't work in threads", "not_in_threads")
    person = actor_named(sandbox.workspace, body.user)
    channel = channel_named(sandbox.workspace, person, body.channel)
    delivery = await sandbox.commands.type(person, channel, body.text)
    return web.json_response(delivery.to_json())


async def type_message(request: web.Request) -> web.Response:
    """Say something in a channel or to the bot."""
    sandbox = request.app[SANDBOX]
    body = await read_body(request, TypedMessage)
    person = actor_named(sandbox.workspace, body.user)
    channel = channel_named(sandbox.workspace, person, body.channel)
    message = sandbox.workspace.messages.post(
        channel.id, user=person.id, text=body.text, thread_ts=body.thread_ts
    )
    shown = sandbox.workspace.messages.object_of(message)
    if channel.is_im:
        sandbox.events.announce({**shown, "channel": channel.id, "channel_type": "im"})
    return web.json_response({**shown, "channel": channel.id})


async def press(request: web.Request) -> web.Response:
    """Press or choose an element."""
    sandbox = request.app[SANDBOX]
    body = await read_body(request, Action)
    person = actor_named(sandbox.workspace, body.user)
    act = Press(
        action_id=body.action_id,
        block_id=body.block_id,
        choice=body.selected if body.selected is not None else body.value,
        forced=body.force,
    )
    if body.view:
        view = view_named(sandbox.workspace, person, body.view)
        delivery = await sandbox.presses.in_view(person, view, act)
    elif body.channel and body.ts:
        if not body.force:
            channel_named(sandbox.workspace, person, body.channel)
        message = message_named(sandbox.workspace, person, body.channel, body.ts)
        delivery = await sandbox.presses.in_message(person, message, act)
    else:
        raise malformed("name a message by channel and ts, or a view")
    return web.json_response(delivery.to_json())


async def submit(request: web.Request) -> web.Response:
    """Submit a modal."""
    sandbox = request.app[SANDBOX]
    body = await read_body(request, Submission)
    person = actor_named(sandbox.workspace, body.user)
    view = view_named(sandbox.workspace, person, request.match_info["view"])
    delivery = await sandbox.submissions.submit(person, view, body.values)
    return web.json_response(delivery.to_json())


async def close(request: web.Request) -> web.Response:
    """Close a modal."""
    sandbox = request.app[SANDBOX]
    body = await read_body(request, Closing)
    person = actor_named(sandbox.workspace, body.user)
    view = view_named(sandbox.workspace, person, request.match_info["view"])
    if view.type != "modal":
        raise malformed("a Home tab can't be closed")
    delivery = await sandbox.submissions.close(person, view)
    return web.json_response(delivery.to_json() if delivery else {})


async def open_home(request: web.Request) -> web.Response:
    """Open the app's Home, or its DM."""
    sandbox = request.app[SANDBOX]
    body = await read_body(request, OpenedHome)
    person = actor_named(sandbox.workspace, body.user)
    channel = sandbox.workspace.channels.open_dm(person.id)
    event = {"type": "app_home_opened", "user": person.id, "channel": channel.id, "tab": body.tab}
    home = _home(sandbox, person.id)
    shown = {"view": home} if home and body.tab == "home" else {}
    return web.json_response({"delivery_id": sandbox.events.announce({**event, **shown})})


async def show_home(request: web.Request) -> web.Response:
    """Return the view that the app published on a person's Home."""
    sandbox = request.app[SANDBOX]
    person = actor_named(sandbox.workspace, request.query.get("user", ""))
    return web.json_response({"view": _home(sandbox, person.id)})


def _home(sandbox: Sandbox, user: str) -> Json | None:
    home = sandbox.workspace.views.home_of(user)
    return sandbox.workspace.views.object_of(home) if home else None


ROUTES = [
    web.post("/control/commands", type_command),
    web.post("/control/messages", type_message),
    web.post("/control/actions", press),
    web.post("/control/views/{view}/submit", submit),
    web.post("/control/views/{view}/close", close),
    web.post("/control/home", open_home),
    web.get("/control/home", show_home),
]
