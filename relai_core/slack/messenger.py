"""Messages out, by Slack's Web API."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from relai_core.domain.ids import ChannelId, MessageTs, NoticeKey, SlackUserId
from relai_core.errors import UndeliverableError
from relai_core.ports import Message
from relai_core.slack.client import CALL_TIMEOUT
from relai_core.slack.errors import narrowing

EVENT_TYPE = "relai_notice"
"""The kind of metadata that carries a notice's key."""
CLOCK_SKEW = timedelta(seconds=60)
"""The largest difference between Slack's clock and ours."""

_PAGE = 100
_MOST_PAGES = 20


class SlackMessenger:
    """Fulfils `relai_core.ports.Messenger`."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._bot_id: str | None = None

    async def open_dm(self, user_id: SlackUserId) -> ChannelId:
        """The person's DM with the bot. A repeat opens the same."""
        with narrowing(repeatable=True):
            answer = await self._client.conversations_open(users=user_id)
        return ChannelId(answer["channel"]["id"])

    async def post(self, channel: ChannelId, message: Message, key: NoticeKey) -> MessageTs:
        """Post once, within `CALL_TIMEOUT`.

        A lost answer is an AmbiguousDeliveryError: `find_posted` settles it.
        """
        with narrowing(repeatable=False):
            # If the client connects a second time, the session's time limit starts again.
            async with asyncio.timeout(CALL_TIMEOUT.total_seconds()):
                answer = await self._client.chat_postMessage(
                    channel=channel,
                    text=message.text,
                    blocks=message.blocks,
                    metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
                    unfurl_links=False,
                    unfurl_media=False,
                )
        return MessageTs(answer["ts"])

    async def update(self, channel: ChannelId, ts: MessageTs, message: Message) -> None:
        """Replace a message's content. A repeat changes nothing."""
        with narrowing(repeatable=True):
            # Metadata stays as it is when it is left out.
            await self._client.chat_update(
                channel=channel, ts=ts, text=message.text, blocks=message.blocks
            )

    async def find_posted(
        self, channel: ChannelId, key: NoticeKey, since: datetime
    ) -> MessageTs | None:
        """Look for our message with `key` in the history from `since` on.

        Raises:
            UndeliverableError: there are too many to look through.
        """
        bot_id = await self._own_bot_id()
        async for found in self._history(channel, since - CLOCK_SKEW):
            if found.get("bot_id") == bot_id and _key_of(found) == key:
                return MessageTs(found["ts"])
        return None

    async def _history(
        self, channel: ChannelId, oldest: datetime
    ) -> AsyncIterator[Mapping[str, Any]]:
        cursor = ""
        for _ in range(_MOST_PAGES):
            with narrowing(repeatable=True):
                page = await self._client.conversations_history(
                    channel=channel,
                    oldest=f"{oldest.timestamp():.6f}",
                    limit=_PAGE,
                    cursor=cursor or None,
                    include_all_metadata=True,
                )
            for found in page["messages"]:
                yield found
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return
        raise UndeliverableError("history_too_long")

    async def _own_bot_id(self) -> str:
        if self._bot_id is None:
            with narrowing(repeatable=True):
                self._bot_id = str((await self._client.auth_test())["bot_id"])
        return self._bot_id


def _key_of(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key: str | None = metadata.get("event_payload", {}).get("key")
    return key
