"""The bot's HTTP server: Slack's requests, the API, `/health` and `/metrics`."""

import asyncio
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from slack_bolt.response import BoltResponse

from bot.api.checks import DegradedError
from bot.bolt import Dispatch
from bot.signature import SIGNATURE, is_from_slack

_LARGEST_BODY = 1024 * 1024
"""Bytes. Slack's largest payload, a view, stays below a quarter of it."""
_LARGEST_PROBE = 1024
"""Bytes. Slack's certificate check sends a form of two short fields, a flag and a token."""
DRAIN = timedelta(seconds=3)
"""Longest wait for running answers when the bot stops; each answer takes less. The bot drains the
socket, the requests and the background in turn, each this long: within Docker's 10 seconds."""
_IDLE_WITHIN = 20.0
"""Seconds for the head of a request to arrive; after that the connection is closed."""
_BODY_WITHIN = 10.0
"""Seconds for the body to arrive: three times as long as Slack waits for an answer."""
_LINGER = 2.0
"""Seconds to keep reading a refused body. If we closed at once, the client might not get the
answer."""
_LONGEST_HEAD = 16 * 1024
"""Bytes of a request line, and of all headers together."""
_PASSED_ON = ("x-slack-retry-num", "x-slack-retry-reason")

_log = structlog.get_logger(__name__)


class _MalformedError(Exception):
    """The body is not a payload of Slack's."""


class SlackRoute:
    """`POST /slack/events`: takes all of Slack's signed payloads.

    Before `open` is called, each request gets a 503, so Slack repeats it.
    """

    def __init__(self, signing_secret: str) -> None:
        self._signing_secret = signing_secret
        self._is_proven = False
        self._has_refused = False
        self._dispatch: Dispatch | None = None

    def open(self, dispatch: Dispatch) -> None:
        """Accept requests from now on."""
        self._dispatch = dispatch

    async def is_trusted(self) -> bool:
        """Return True unless every signed request so far had a wrong signature.

        Strangers can send wrong signatures, so after one right signature this is always True.

        Raises:
            DegradedError: signed requests arrived, and no signature was right.
        """
        if self._has_refused and not self._is_proven:
            raise DegradedError(
                "no request had a right signature yet: compare SLACK_SIGNING_SECRET with the one "
                "in 'Basic Information' of the app"
            )
        return True

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/slack/events", self.on_request)]

    async def on_request(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_BODY_WITHIN):
                raw = await request.read()
        except TimeoutError:
            return _refusal(408, "too_slow")
        if not is_from_slack(self._signing_secret, request.headers, raw):
            is_check = _is_ssl_check(request, raw)
            self._has_refused |= SIGNATURE in request.headers
            return web.Response() if is_check else _refusal(401, "not_signed_by_slack")
        self._is_proven = True
        try:
            body = _parse(request, raw)
        except _MalformedError:
            return _refusal(400, "malformed_body")
        if body.get("type") == "url_verification":
            return web.json_response({"challenge": body.get("challenge")})
        if self._dispatch is None:
            return _refusal(503, "starting")
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        return _answer(await self._dispatch(body, dict(headers)))


class Server:
    """The HTTP server, on one address."""

    def __init__(self, routes: Iterable[web.RouteDef], api: web.Application | None = None) -> None:
        app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_json_errors])
        app.add_routes(routes)
        if api is not None:
            app.add_subapp("/api", api)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=DRAIN.total_seconds(),
            keepalive_timeout=_IDLE_WITHIN,
            lingering_time=_LINGER,
            max_line_size=_LONGEST_HEAD,
            max_field_size=_LONGEST_HEAD,
        )
        self._site: web.TCPSite | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port. If `port` is 0 the system chooses one.

        Raises:
            OSError: the address is taken, or does not belong to this machine.
        """
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound: int = self._runner.addresses[0][1]
        _log.info("server_listening", host=host, port=bound)
        return bound

    async def stop(self) -> None:
        """Accept no new request, and let running requests finish."""
        await self._runner.cleanup()


@web.middleware
async def _json_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        return _refusal(error.status, error.reason.lower().replace(" ", "_"))
    except Exception as error:  # noqa: BLE001 - a caller never sees a traceback
        _log.error("request_failed", path=request.path, exc_info=error)
        return _refusal(500, "internal_error")
    return response


def _refusal(status: int, error: str) -> web.Response:
    return web.json_response({"error": error}, status=status)


def _is_ssl_check(request: web.Request, raw: bytes) -> bool:
    """True for Slack's check of the certificate, which is unsigned and gets an empty answer."""
    # A stranger can send an unsigned form, and parsing a long one would block the event loop.
    is_short_form = len(raw) <= _LARGEST_PROBE and request.content_type != "application/json"
    return is_short_form and _form(raw).get("ssl_check") == "1"


def _parse(request: web.Request, raw: bytes) -> dict[str, Any]:
    if request.content_type == "application/json":
        return _json(raw)
    form = _form(raw)
    return _json(form["payload"].encode()) if "payload" in form else dict(form)


def _form(raw: bytes) -> dict[str, str]:
    return dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True))


def _json(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _MalformedError from error
    if not isinstance(body, dict):
        raise _MalformedError
    return body


def _answer(response: BoltResponse) -> web.Response:
    content_type = response.first_headers().get("content-type", "text/plain").partition(";")[0]
    return web.Response(status=response.status, text=response.body, content_type=content_type)
