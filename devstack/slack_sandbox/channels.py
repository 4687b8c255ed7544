"""Channels, DMs and group DMs, and how Slack describes them."""

from collections.abc import Iterator

from devstack.slack_sandbox.broadcast import Broadcast
from devstack.slack_sandbox.ids import Clock, new_id
from devstack.slack_sandbox.records import Channel, Installation, Json
from devstack.slack_sandbox.storage import Storage, Table


class Channels:
    """The channels, DMs and group DMs. A DM with the app is created when it is first opened."""

    def __init__(
        self, storage: Storage, broadcast: Broadcast, clock: Clock, installation: Installation
    ) -> None:
        self._rows = Table(storage, Channel)
        self._broadcast = broadcast
        self._clock = clock
        self._installation = installation

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._rows)

    def find(self, channel: str) -> Channel | None:
        return self._rows.find(channel)

    def find_by_name(self, name: str) -> Channel | None:
        wanted = name.removeprefix("#")
        return next((c for c in self._rows if c.name == wanted and not c.is_im), None)

    def find_dm(self, user: str) -> Channel | None:
        """Return the DM between this person and the app, if it was ever opened."""
        return next((channel for channel in self._rows if channel.user == user), None)

    def open_dm(self, user: str) -> Channel:
        return self.find_dm(user) or self._put(
            Channel(
                id=new_id("D"),
                members=[self._installation.bot_user_id, user],
                created=int(self._clock()),
                creator=self._installation.bot_user_id,
                user=user,
            )
        )

    def open_group(self, users: list[str]) -> Channel:
        """Return the group DM of exactly these people and the app."""
        members = [self._installation.bot_user_id, *sorted(set(users))]
        there = (c for c in self._rows if c.is_mpim and set(c.members) == set(members))
        return next(there, None) or self.create("", members, is_private=True, is_mpim=True)

    def create(
        self, name: str, members: list[str], *, is_private: bool = False, is_mpim: bool = False
    ) -> Channel:
        return self._put(
            Channel(
                id=new_id("C"),
                name=name,
                members=members,
                created=int(self._clock()),
                creator=members[0] if members else self._installation.bot_user_id,
                is_private=is_private,
                is_mpim=is_mpim,
            )
        )

    def join(self, channel: Channel, user: str) -> Channel:
        members = [*channel.members, *([] if user in channel.members else [user])]
        return self._put(channel.model_copy(update={"members": members}))

    def _put(self, channel: Channel) -> Channel:
        self._rows.put(channel)
        self._broadcast.announce("channels", channel=channel.id)
        return channel

    def object_of(self, channel: Channel) -> Json:
        """Return Slack's conversation object, as the app sees it."""
        described = {
            "id": channel.id,
            "created": channel.created,
            "creator": channel.creator,
            "is_archived": channel.is_archived,
            "is_im": channel.is_im,
            "is_mpim": channel.is_mpim,
            "is_private": channel.is_private,
            "is_org_shared": False,
            "context_team_id": self._installation.team_id,
        }
        if channel.is_im:
            return {**described, "user": channel.user, "is_open": True}
        return {**described, **self._named_fields(channel)}

    def _named_fields(self, channel: Channel) -> Json:
        return {
            "name": channel.name,
            "name_normalized": channel.name,
            "is_channel": not channel.is_private,
            "is_group": channel.is_private and not channel.is_mpim,
            "is_general": channel.name == "general",
            "is_member": self._installation.bot_user_id in channel.members,
            "num_members": len(channel.members),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


def payload_name(channel: Channel) -> str:
    """Return the name that payloads give a channel."""
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name
