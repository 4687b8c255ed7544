"""People who join the workspace or change."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.payloads import UserEvent
from bot.replies import Replies
from bot.services.user_service import UserService
from relai_core.domain.ids import TeamId
from relai_core.domain.user import User

ReadUser = Callable[[TeamId, Mapping[str, Any], datetime], User]
"""Makes a User from Slack's user object and the moment when it was read."""


class UserHandlers:
    """The listeners for events about people."""

    def __init__(self, users: UserService, read_user: ReadUser, replies: Replies) -> None:
        self._users = users
        self._read_user = read_user
        self._replies = replies

    def register(self, app: AsyncApp) -> None:
        """Register the listeners with Bolt."""
        app.event("team_join")(self._replies.to_event(self.on_joined))
        app.event("user_change")(self._replies.to_event(self.on_changed))

    async def on_joined(self, event: UserEvent) -> None:
        await self._users.join(self._person(event))

    async def on_changed(self, event: UserEvent) -> None:
        await self._users.change(self._person(event))

    def _person(self, event: UserEvent) -> User:
        return self._read_user(event.team_id, event.event.user, event.happened_at)
