"""Opens modals. Slack allows that only for three seconds after a command or click."""

from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_codes import code_of
from relai_core.errors import InvalidInputError, UnavailableError

_TOO_LATE = frozenset(
    {
        "expired_trigger_id",
        "exchanged_trigger_id",
        "invalid_trigger_id",
        "trigger_expired",
        "trigger_exchanged",
    }
)

_log = structlog.get_logger(__name__)


class Forms:
    """The modals of the bot."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def open(self, trigger_id: str, view: dict[str, Any], *, instead: str) -> None:
        """Show a modal to the person whose command or click gave the `trigger_id`.

        Raises:
            InvalidInputError: the trigger has expired; the text suggests typing `instead`.
            UnavailableError: Slack did not open the modal.
        """
        try:
            await self._client.views_open(trigger_id=trigger_id, view=view)
        except SlackApiError as error:
            code = code_of(error)
            _log.warning("form_not_opened", callback=view.get("callback_id"), error=code)
            if code in _TOO_LATE:
                raise InvalidInputError(
                    f"The form could not be opened in time. Try again, or type `{instead}`."
                ) from error
            raise UnavailableError("Slack") from error
        except aiohttp.ClientError as error:
            raise UnavailableError("Slack") from error
