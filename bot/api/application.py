"""The API and its description, as a part of the bot's HTTP server."""

import json
from typing import Any, NamedTuple

from aiohttp import web

from bot.api.gate import Gate
from bot.api.openapi import describe
from bot.api.operations import Operation
from bot.api.page import render_page
from bot.api.people import People
from bot.api.relays import RelayApi
from bot.api.tasks import TaskApi
from bot.api.users import UserApi
from bot.api.workflows import WorkflowApi
from bot.services.relay_service import RelayService
from bot.services.task_service import TaskService
from bot.services.temporal_service import TemporalService
from bot.services.user_service import UserService

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


class Services(NamedTuple):
    """The use cases that the API shares with the Slack listeners."""

    tasks: TaskService
    relays: RelayService
    users: UserService
    temporal: TemporalService


def list_operations(services: Services) -> list[Operation[Any]]:
    """All operations of the API, in the order of the description."""
    people = People(services.users)
    return [
        *TaskApi(services.tasks, people).operations(),
        *RelayApi(services.relays, services.tasks, people).operations(),
        *UserApi(services.users, people).operations(),
        *WorkflowApi(services.temporal).operations(),
    ]


def create_application(gate: Gate, services: Services) -> web.Application:
    """Make the application for all paths below `/api`."""
    operations = list_operations(services)
    app = web.Application(middlewares=[gate.middleware])
    app.add_routes(gate.routes(operations))
    description = describe(operations)
    app.add_routes(
        [
            _document("/openapi.json", json.dumps(description), "application/json"),
            _document("", render_page(description), "text/html"),
        ]
    )
    return app


def _document(path: str, text: str, content_type: str) -> web.RouteDef:
    async def on_get(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type=content_type, headers=_HEADERS)

    return web.get(path, on_get)
