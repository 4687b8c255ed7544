"""The API as a part of the bot's HTTP server, with its description beside it."""

import json
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.api.gate import Gate
from bot.api.openapi import describe
from bot.api.operations import Operation
from bot.api.page import render_page


def create_application(gate: Gate, operations: Sequence[Operation[Any]]) -> web.Application:
    """Everything below `/api`."""
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
        return web.Response(text=text, content_type=content_type)

    return web.get(path, on_get)
