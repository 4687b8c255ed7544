"""The check that the app is installed as it must be, at the start and for `/health`."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from slack_sdk.web.async_client import AsyncWebClient

from relai_core.clock import utc_now
from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.errors import InstallationBrokenError
from relai_core.settings import SettingsError
from relai_core.slack.errors import narrowing

SCOPES = frozenset(
    {
        *("commands", "chat:write", "im:write", "im:history"),
        *("users:read", "users:read.email", "dnd:read"),
    }
)
"""Scopes that the bot token needs. The manifest asks for the same."""


class Installation(NamedTuple):
    """The app in one workspace, as Slack describes it.

    Attributes:
        clock_ahead: this machine's time minus the `Date` of Slack's answer, which has whole seconds
            and lags by the answer's time of travel.
    """

    team_id: TeamId
    bot_user_id: SlackUserId
    bot_id: str
    clock_ahead: timedelta


async def check_installation(client: AsyncWebClient, app_token: str | None = None) -> Installation:
    """Check the bot token and its scopes; with an app token Socket Mode too.

    Raises:
        SettingsError: Slack refuses a token, or a scope is missing. It names the cure.
        MessengerError: Slack can't be asked.
    """
    try:
        with narrowing(repeatable=True):
            answer = await client.auth_test()
    except InstallationBrokenError as error:
        raise SettingsError(
            f"Slack refuses SLACK_BOT_TOKEN ({error.code}): copy the bot token, xoxb-…, from "
            "'OAuth & Permissions' of the app, after installing the app in the workspace."
        ) from error
    _require_scopes(answer.headers)
    if app_token is not None:
        await _check_app_token(client, app_token)
    return Installation(
        team_id=TeamId(answer["team_id"]),
        bot_user_id=SlackUserId(answer["user_id"]),
        bot_id=answer["bot_id"],
        clock_ahead=_clock_ahead(answer.headers),
    )


def _require_scopes(headers: Mapping[str, str]) -> None:
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    if missing := ", ".join(sorted(SCOPES - granted)):
        raise SettingsError(
            f"SLACK_BOT_TOKEN lacks the scopes {missing}: add them under 'OAuth & Permissions' of "
            "the app, or update the app from manifest.yml, and install the app again."
        )


def _clock_ahead(headers: Mapping[str, str]) -> timedelta:
    """This machine's time minus Slack's; zero if the answer has no date."""
    try:
        return utc_now() - parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError):
        return timedelta(0)


async def _check_app_token(client: AsyncWebClient, app_token: str) -> None:
    try:
        with narrowing(repeatable=True):
            await client.apps_connections_open(app_token=app_token)
    except InstallationBrokenError as error:
        raise SettingsError(
            f"Slack refuses SLACK_APP_TOKEN ({error.code}): make an app-level token, xapp-…, with "
            "the scope connections:write under 'Basic Information' of the app."
        ) from error
