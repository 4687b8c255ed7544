"""Fakes of the messenger and the directory, for the tests of activities and workflows."""

import asyncio
from datetime import UTC, datetime
from itertools import count
from time import monotonic
from typing import NamedTuple

from temporalio import activity

from relai_core.blockkit.notices import has_buttons
from relai_core.domain.ids import ChannelId, MessageTs, NoticeKey, SlackUserId, TeamId
from relai_core.domain.notice import NoticeKind
from relai_core.domain.user import User
from relai_core.errors import MessengerError, NotFoundError
from relai_core.ports import Message


class Posted(NamedTuple):
    """A message as it stands in Slack. `at` is the workflow's time when it was scheduled."""

    at: datetime
    channel: ChannelId
    key: NoticeKey
    message: Message

    @property
    def kind(self) -> NoticeKind:
        return NoticeKind(self.key.split(":")[1])

    @property
    def to(self) -> str:
        """The person or channel that receives it."""
        return self.key.rpartition(":")[2]

    @property
    def has_buttons(self) -> bool:
        return has_buttons(self.message)


class FakeMessenger:
    """Posts into memory, and fails on request.

    Attributes:
        posted: the messages by their `ts`, oldest first, as last edited.
        fails_before: raised by the next posts, one each, before anything is done.
        fails_after: raised by the next posts, one each, once they are done.
        down: raised by every call while it is set.
        fails_in: raised by every post into these channels.
        hidden: while it is set, the history does not show posted messages.
        unreadable: raised by every read of the history while it is set.
        slow: seconds that the next posts take, one each; the others take no time.
        calls: when each post began and ended, in seconds of no particular clock.
        edits: the `ts` of every message edited, in order.
        looks: the keys that were looked for in the history, in order.
    """

    def __init__(self) -> None:
        self.posted: dict[MessageTs, Posted] = {}
        self.fails_before: list[BaseException] = []
        self.fails_after: list[BaseException] = []
        self.down: MessengerError | None = None
        self.fails_in: dict[ChannelId, MessengerError] = {}
        self.hidden = False
        self.unreadable: MessengerError | None = None
        self.slow: list[float] = []
        self.calls: list[tuple[float, float]] = []
        self.edits: list[MessageTs] = []
        self.looks: list[NoticeKey] = []
        self._clock = count(1)

    @property
    def messages(self) -> list[Posted]:
        return list(self.posted.values())

    async def open_dm(self, user_id: SlackUserId) -> ChannelId:
        self._require_up()
        return ChannelId(f"D-{user_id}")

    async def post(self, channel: ChannelId, message: Message, key: NoticeKey) -> MessageTs:
        began = monotonic()
        if self.slow:
            await asyncio.sleep(self.slow.pop(0))
        try:
            return self._posted(channel, message, key)
        finally:
            self.calls.append((began, monotonic()))

    def _posted(self, channel: ChannelId, message: Message, key: NoticeKey) -> MessageTs:
        self._require_up()
        if channel in self.fails_in:
            raise self.fails_in[channel]
        if self.fails_before:
            raise self.fails_before.pop(0)
        ts = MessageTs(f"{next(self._clock)}.0")
        asked_at = activity.info().scheduled_time
        self.posted[ts] = Posted(asked_at.astimezone(UTC), channel, key, message)
        if self.fails_after:
            raise self.fails_after.pop(0)
        return ts

    async def update(self, channel: ChannelId, ts: MessageTs, message: Message) -> None:
        self._require_up()
        self.posted[ts] = self.posted[ts]._replace(message=message)
        self.edits.append(ts)

    async def find_posted(
        self, channel: ChannelId, key: NoticeKey, since: datetime
    ) -> MessageTs | None:
        self._require_up()
        self.looks.append(key)
        if self.unreadable is not None:
            raise self.unreadable
        if self.hidden:
            return None
        mine = (
            ts for ts, found in self.posted.items() if (found.channel, found.key) == (channel, key)
        )
        return next(mine, None)

    def _require_up(self) -> None:
        if self.down is not None:
            raise self.down


class FakeDirectory:
    """The people of a workspace; all others are unknown.

    Attributes:
        quiet: the end of do-not-disturb, by person.
        down: raised by every call while it is set.
    """

    def __init__(self, *users: User) -> None:
        self.users = {(user.team_id, user.id): user for user in users}
        self.quiet: dict[SlackUserId, datetime] = {}
        self.down: MessengerError | None = None

    def put(self, user: User) -> None:
        self.users[user.team_id, user.id] = user

    async def get_user(self, team_id: TeamId, user_id: SlackUserId) -> User:
        if self.down is not None:
            raise self.down
        try:
            return self.users[team_id, user_id]
        except KeyError:
            raise NotFoundError(f"nobody here is called {user_id}") from None

    async def find_by_email(self, team_id: TeamId, email: str) -> User | None:
        raise NotImplementedError

    async def quiet_until(
        self, team_id: TeamId, user_id: SlackUserId, at: datetime
    ) -> datetime | None:
        if self.down is not None:
            raise self.down
        until = self.quiet.get(user_id)
        return until if until is not None and until > at else None
