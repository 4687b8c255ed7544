"""Reads the arguments of a Web API request in all the ways clients send them."""

import json

from aiohttp import web

from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.records import Json


async def read_arguments(request: web.Request) -> Json:
    """Merge the query with the body: JSON, a form, or multipart.

    Raises:
        SlackError: `invalid_json` or `json_not_object`.
    """
    return {**request.query, **await _body(request)}


async def _body(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return _parsed(await request.text())
    form = await request.post()
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _parsed(text: str) -> Json:
    if not text.strip():
        return {}
    try:
        parsed = json.loads(text)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(parsed, dict):
        raise SlackError("json_not_object")
    return parsed
