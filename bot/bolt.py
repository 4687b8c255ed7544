"""The Bolt app, for one workspace, with all listeners."""

import os
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from structlog.contextvars import bound_contextvars

from bot.metrics.registry import Metrics
from bot.middleware import log_context, workspace_of
from bot.outcomes import OUTCOME, RequestOutcome, outcome_of_status
from bot.payloads import BlockAction, SlashCommand, ViewSubmission
from bot.replies import ButtonAnswer, Replies, plain
from relai_core.blockkit.answers import unknown_command
from relai_core.domain.ids import TeamId
from relai_core.ports import Message

# With a client id and secret Bolt becomes an OAuth app that stores installations in files.
_READ_BY_BOLT = (
    "SLACK_BOT_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_VERIFICATION_TOKEN",
)
_ANYTHING = re.compile(".*", re.DOTALL)
_NOT_HERE = "RelAI is not installed in your workspace, so nothing was done."

_log = structlog.get_logger(__name__)

Headers = dict[str, str | Sequence[str]]
Dispatch = Callable[[dict[str, Any], Headers], Awaitable[BoltResponse]]
"""Passes a payload from HTTP or Socket Mode to its listener and returns the answer."""


class Handlers(Protocol):
    """A group of related listeners."""

    def register(self, app: AsyncApp) -> None:
        """Register the listeners with Bolt."""
        ...


def create_bolt_app(
    client: AsyncWebClient,
    installed: AuthorizeResult,
    handlers: Iterable[Handlers],
    replies: Replies,
) -> AsyncApp:
    """Build the app from the arguments alone; environment variables are not read.

    `server` checks the signatures. Bolt sends an answer only after its listener has returned, so
    an event is not acknowledged if its listener failed.
    """
    for name in _READ_BY_BOLT:
        os.environ.pop(name, None)
    # `authorize` gives each request its token. If the client has a token too, Bolt logs a warning.
    bare = AsyncWebClient(
        base_url=client.base_url, session=client.session, retry_handlers=client.retry_handlers
    )

    async def always() -> AuthorizeResult:
        return installed

    app = AsyncApp(
        client=bare,
        signing_secret="",
        authorize=always,
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        oauth_settings=None,
    )
    for each in handlers:
        each.register(app)
    _register_the_rest(app, replies)
    return app


def dispatcher(app: AsyncApp, team_id: TeamId, metrics: Metrics) -> Dispatch:
    """Make the function that takes each payload, from HTTP and Socket Mode, for one workspace."""

    async def dispatch(body: dict[str, Any], headers: Headers) -> BoltResponse:
        started = time.monotonic()
        known = log_context(body)
        with bound_contextvars(**known):
            response, outcome = await hand_over(body, headers)
        metrics.count_request(known.get("asks"), outcome, time.monotonic() - started)
        return response

    async def hand_over(
        body: dict[str, Any], headers: Headers
    ) -> tuple[BoltResponse, RequestOutcome]:
        if workspace_of(body) != team_id:
            _log.warning("another_workspace_refused")
            said = _NOT_HERE if "command" in body else ""
            return BoltResponse(status=200, body=said), RequestOutcome.REFUSED
        # Only in this mode does Bolt take the dict without parsing it. When Bolt parses text, it
        # drops commands that contain the word "payload".
        request = AsyncBoltRequest(body=body, headers=headers, mode="socket_mode")
        response = await app.async_dispatch(request)
        return response, request.context.get(OUTCOME) or outcome_of_status(response.status)

    return dispatch


def _register_the_rest(app: AsyncApp, replies: Replies) -> None:
    """Answer all other payloads. Without a listener the person would see Slack's timeout."""
    app.command(_ANYTHING)(replies.to_command(_unknown_command))
    app.action(_ANYTHING)(replies.to_click(_unknown_click))
    app.view_submission(_ANYTHING)(replies.to_form(_unknown_form))
    app.event(_ANYTHING)(_unknown_event)


async def _unknown_command(command: SlashCommand) -> Message:
    _log.warning("unknown_command")
    return unknown_command(command.command)


async def _unknown_click(_: BlockAction) -> ButtonAnswer:
    _log.warning("unknown_action")
    return ButtonAnswer(plain("RelAI does not know this button any more. Try `/task list`."))


async def _unknown_form(_: ViewSubmission) -> Message:
    _log.warning("unknown_form")
    return plain("RelAI does not know this form any more. Try `/task help`.")


async def _unknown_event() -> None:
    _log.info("unknown_event")
