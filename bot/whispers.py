"""Messages to one person about their command, click or form, sent outside Slack's request."""

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.background import Background
from bot.payloads import BlockAction
from bot.slack_codes import code_of
from relai_core.domain.ids import ChannelId, SlackUserId
from relai_core.ports import Message

_FAILURES = (SlackApiError, aiohttp.ClientError, TimeoutError)

_log = structlog.get_logger(__name__)


class Whispers:
    """Sends each message in the background, so that it delays no answer."""

    def __init__(self, client: AsyncWebClient, background: Background) -> None:
        self._client = client
        self._background = background

    def answer(self, click: BlockAction, message: Message, *, replaces: bool = False) -> None:
        """Answer a click beside its message or, with `replaces`, in its place."""
        self._background.soon(self._answer(click, message, replaces))

    def tell(self, user: SlackUserId, channel: ChannelId | None, message: Message) -> None:
        """Tell a person in their channel or, if the bot may not post there, in their DM."""
        self._background.soon(self._tell(user, channel, message))

    async def _answer(self, click: BlockAction, message: Message, replaces: bool) -> None:
        if click.response_url is None or not await self._respond(click, message, replaces):
            await self._tell(click.user_id, click.channel_id, message)

    async def _respond(self, click: BlockAction, message: Message, replaces: bool) -> bool:
        """Return False if the answer was certainly not shown, and True otherwise."""
        # Bolt's own `respond` hides failures, and posts twice if Slack's response is lost.
        webhook = AsyncWebhookClient(
            click.response_url or "",
            session=self._client.session,
            retry_handlers=self._client.retry_handlers,
        )
        try:
            response = await webhook.send(
                text=message.text,
                blocks=message.blocks or None,
                response_type="ephemeral",
                replace_original=replaces,
                unfurl_links=False,
                unfurl_media=False,
            )
        except aiohttp.ClientConnectorError as error:
            _log.warning("response_url_not_connected", error=str(error))
            return False
        except _FAILURES as error:
            # The message may have been shown. A lost message is better than a repeated one.
            _log.error("response_url_not_confirmed", error=str(error))
            return True
        if response.status_code != 200:
            _log.warning("response_url_refused", status=response.status_code, body=response.body)
        return response.status_code == 200

    async def _tell(self, user: SlackUserId, channel: ChannelId | None, message: Message) -> None:
        blocks = message.blocks or None
        try:
            if channel is not None and await self._told_there(user, channel, message):
                return
            opened = await self._client.conversations_open(users=user)
            dm = opened["channel"]["id"]
            await self._client.chat_postMessage(
                channel=dm,
                text=message.text,
                blocks=blocks,
                unfurl_links=False,
                unfurl_media=False,
            )
        except _FAILURES as error:
            _log.error("whisper_lost", user=user, error=str(error))

    async def _told_there(self, user: SlackUserId, channel: ChannelId, message: Message) -> bool:
        try:
            await self._client.chat_postEphemeral(
                channel=channel, user=user, text=message.text, blocks=message.blocks or None
            )
        except SlackApiError as error:
            _log.info("not_told_in_channel", channel=channel, error=code_of(error))
            return False
        return True
