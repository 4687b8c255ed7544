"""The messages of the workspace, ephemeral ones included."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from devstack.slack_sandbox.block_ids import with_ids
from devstack.slack_sandbox.broadcast import Broadcast
from devstack.slack_sandbox.ids import Clock, Timestamps
from devstack.slack_sandbox.records import Installation, Json, Message
from devstack.slack_sandbox.storage import Storage, Table


class Messages:
    """Every message by channel and `ts`. A deleted message is removed."""

    def __init__(
        self, storage: Storage, broadcast: Broadcast, clock: Clock, installation: Installation
    ) -> None:
        self._rows = Table(storage, Message)
        self._broadcast = broadcast
        self._clock = clock
        self._installation = installation
        self._channels: defaultdict[str, dict[str, Message]] = defaultdict(dict)
        self._threads: defaultdict[tuple[str, str], dict[str, Message]] = defaultdict(dict)
        for message in self._rows:
            self._index(message)
        self._timestamps = Timestamps(clock, max((m.ts for m in self._rows), default=None))

    def _index(self, message: Message) -> None:
        self._channels[message.channel][message.ts] = message
        if message.thread_ts and message.only_for is None:
            self._threads[message.channel, message.thread_ts][message.ts] = message

    def now(self) -> str:
        """Return a `ts` of this moment, for a record that is no message."""
        return self._timestamps.next()

    def find(self, channel: str, ts: str) -> Message | None:
        return self._rows.find(f"{channel}:{ts}")

    def post(self, channel: str, *, user: str, text: str, **fields: Any) -> Message:  # noqa: ANN401 - the model checks them
        message = Message(
            channel=channel,
            ts=self._timestamps.next(),
            user=user,
            text=text,
            team=self._installation.team_id,
            **fields,
        )
        return self._put(message)

    def post_as_app(self, channel: str, *, text: str, **fields: Any) -> Message:  # noqa: ANN401 - the model checks them
        return self.post(
            channel,
            user=self._installation.bot_user_id,
            text=text,
            bot_id=self._installation.bot_id,
            app_id=self._installation.app_id,
            **fields,
        )

    def edit(self, message: Message, changes: Json) -> Message:
        edited = {"edited_ts": f"{int(self._clock())}.000000", **changes}
        return self._put(message.model_copy(update=edited))

    def delete(self, message: Message) -> None:
        self._rows.delete(message)
        self._channels[message.channel].pop(message.ts, None)
        self._threads[message.channel, message.thread_ts or ""].pop(message.ts, None)
        self._broadcast.announce("messages", channel=message.channel, user=message.only_for)

    def in_channel(self, channel: str) -> Iterator[Message]:
        """Yield the messages that every member can see, oldest first."""
        return (m for m in self._channels[channel].values() if m.only_for is None)

    def seen_by(self, user: str, channel: str) -> Iterator[Message]:
        """Yield the messages that this person sees in the channel, oldest first."""
        return (m for m in self._channels[channel].values() if m.only_for in {None, user})

    def replies_to(self, channel: str, thread_ts: str) -> list[Message]:
        return list(self._threads[channel, thread_ts].values())

    def _put(self, message: Message) -> Message:
        named = message.model_copy(update={"blocks": with_ids(message.blocks)})
        self._rows.put(named)
        self._index(named)
        self._broadcast.announce("messages", channel=named.channel, user=named.only_for)
        return named

    def object_of(self, message: Message, *, with_metadata: bool = False) -> Json:
        """Return Slack's message object; `with_metadata` adds the payload of its metadata."""
        replies = self.replies_to(message.channel, message.ts)
        return {
            "type": "message",
            "user": message.user,
            "ts": message.ts,
            "text": message.text,
            "team": message.team,
            **self._app_fields(message),
            **_optional_fields(message),
            **_metadata_fields(message, whole=with_metadata),
            **_thread_fields(message, replies),
        }

    def _app_fields(self, message: Message) -> Json:
        if message.bot_id is None:
            return {}
        return {"bot_id": message.bot_id, "app_id": message.app_id}


def _optional_fields(message: Message) -> Json:
    edited = {"user": message.user, "ts": message.edited_ts} if message.edited_ts else None
    fields = {"blocks": message.blocks, "attachments": message.attachments, "edited": edited}
    return {name: value for name, value in fields.items() if value}


def _metadata_fields(message: Message, *, whole: bool) -> Json:
    if message.metadata is None:
        return {}
    return {
        "metadata": message.metadata if whole else {"event_type": message.metadata["event_type"]}
    }


def _thread_fields(message: Message, replies: list[Message]) -> Json:
    if message.thread_ts:
        return {"thread_ts": message.thread_ts}
    if not replies:
        return {}
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": list(dict.fromkeys(reply.user for reply in replies)),
        "latest_reply": replies[-1].ts,
    }
