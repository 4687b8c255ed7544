"""A person's view: messages and modals."""

from aiohttp import web

from devstack.slack_sandbox.records import Json, Message
from devstack.slack_sandbox.routes.control.named import channel_named, person_named
from devstack.slack_sandbox.sandbox import SANDBOX
from devstack.slack_sandbox.workspace import Workspace


async def messages(request: web.Request) -> web.Response:
    """Return a channel as this person sees it."""
    workspace = request.app[SANDBOX].workspace
    person = person_named(workspace, request.query.get("user", ""))
    channel = request.query.get("channel")
    if channel is None and workspace.channels.find_dm(person.id) is None:
        return web.json_response({"messages": []})
    there = channel_named(workspace, person, channel)
    seen = workspace.messages.seen_by(person.id, there.id)
    return web.json_response({"messages": [_shown(workspace, message) for message in seen]})


def _shown(workspace: Workspace, message: Message) -> Json:
    shown = workspace.messages.object_of(message, with_metadata=True)
    ephemeral = {"is_ephemeral": True} if message.only_for else {}
    return {**shown, **ephemeral, "channel": message.channel}


async def views(request: web.Request) -> web.Response:
    """Return a person's stack of modals."""
    workspace = request.app[SANDBOX].workspace
    person = person_named(workspace, request.query.get("user", ""))
    stack = workspace.views.stack_of(person.id)
    return web.json_response({"views": [workspace.views.object_of(view) for view in stack]})


ROUTES = [web.get("/control/messages", messages), web.get("/control/views", views)]
