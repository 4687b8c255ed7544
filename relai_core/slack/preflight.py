"""Whether the app is installed as it must be, asked once before anything else."""

from collections.abc import Mapping
from typing import NamedTuple

from slack_sdk.web.async_client import AsyncWebClient

from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.errors import InstallationBrokenError
from relai_core.slack.clock import SlackClock
from relai_core.slack.errors import narrowing

SCOPES = frozenset(
    {
        *("commands", "chat:write", "im:write", "im:history"),
        *("users:read", "users:read.email", "dnd:read"),
    }
)
"""What the bot token must be allowed. The manifest asks for the same."""


class Installation(NamedTuple):
    """The app in one workspace."""

    team_id: TeamId
    bot_user_id: SlackUserId
    bot_id: str
    app_id: str
    scopes: frozenset[str]


async def check_installation(client: AsyncWebClient, app_token: str | None) -> Installation:
    """Ask Slack who we are; with an app token also whether Socket Mode may be used.

    Raises:
        InstallationBrokenError: a token or a scope is wrong; its text says what to do.
        MessengerError: Slack can't be asked.
    """
    try:
        with narrowing(repeatable=True):
            answer = await client.auth_test()
    except InstallationBrokenError as error:
        raise InstallationBrokenError(
            f"Slack refuses SLACK_BOT_TOKEN ({error.code}). Copy the bot token, xoxb-…, from "
            "'OAuth & Permissions' of the app, after installing the app in the workspace."
        ) from error
    scopes = _scopes(answer.headers)
    with narrowing(repeatable=True):
        bot = (await client.bots_info(bot=answer["bot_id"]))["bot"]
    if app_token is not None:
        await _check_app_token(client, app_token)
    return Installation(
        team_id=TeamId(answer["team_id"]),
        bot_user_id=SlackUserId(answer["user_id"]),
        bot_id=answer["bot_id"],
        app_id=bot["app_id"],
        scopes=scopes,
    )


def _scopes(headers: Mapping[str, str]) -> frozenset[str]:
    granted = headers.get("x-oauth-scopes", "").split(",")
    scopes = frozenset(scope.strip() for scope in granted if scope.strip())
    if missing := ", ".join(sorted(SCOPES - scopes)):
        raise InstallationBrokenError(
            f"The bot token lacks {missing}. Add it under 'OAuth & Permissions' of the app, or "
            "update the app from manifest.yml, and install the app again."
        )
    return scopes


async def check_token(client: AsyncWebClient, clock: SlackClock) -> None:
    """Return if Slack takes the bot token; `clock` hears what time it is there.

    Raises:
        InstallationBrokenError: it does not.
        MessengerError: Slack can't be asked.
    """
    with narrowing(repeatable=True):
        answer = await client.auth_test()
    clock.hear(answer.headers)


async def _check_app_token(client: AsyncWebClient, app_token: str) -> None:
    try:
        with narrowing(repeatable=True):
            await client.apps_connections_open(app_token=app_token)
    except InstallationBrokenError as error:
        raise InstallationBrokenError(
            f"Slack refuses SLACK_APP_TOKEN ({error.code}). Make an app-level token, xapp-…, with "
            "the scope connections:write under 'Basic Information' of the app."
        ) from error
