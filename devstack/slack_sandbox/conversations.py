"""Finds the conversations that the app may see, read and open, for several method families."""

from devstack.slack_sandbox.call import Call
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.records import Channel, Person


def visible_channel(call: Call, named: str) -> Channel:
    """Return a channel by id or name. Private channels only exist for their members."""
    channels = call.workspace.channels
    channel = channels.find(named) or channels.find_by_name(named)
    if channel is None or _is_hidden(call, channel):
        raise SlackError("channel_not_found")
    return channel


def _is_hidden(call: Call, channel: Channel) -> bool:
    is_closed = channel.is_private or channel.is_im
    return is_closed and call.workspace.installation.bot_user_id not in channel.members


def readable_channel(call: Call, named: str) -> Channel:
    """Return a channel whose messages the app may read."""
    channel = visible_channel(call, named)
    call.require_scope(f"{kind_of(channel)}:history")
    if call.workspace.installation.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def kind_of(channel: Channel) -> str:
    """Return the word by which scopes tell kinds of conversation apart."""
    if channel.is_im:
        return "im"
    if channel.is_mpim:
        return "mpim"
    return "groups" if channel.is_private else "channels"


def opened_dm(call: Call, user: str) -> Channel:
    """Return the DM with a person, opened if need be.

    Raises:
        SlackError: why the app can't open a DM with this person.
    """
    person = call.workspace.people.find(user)
    if person is None:
        raise SlackError("user_not_found")
    require_open_to_dm(call, person)
    return call.workspace.channels.open_dm(user)


def posting_dm(call: Call, user: str) -> Channel:
    """Return the DM that a post to a person's id goes to.

    A DM that is open takes posts even when its person is deactivated: Slack says nothing then.
    """
    return call.workspace.channels.find_dm(user) or opened_dm(call, user)


def require_open_to_dm(call: Call, person: Person) -> None:
    """Raise why the app can't open a DM with this person, if it can't."""
    if call.workspace.is_bot(person):
        raise SlackError("cannot_dm_bot")
    if person.is_stranger:
        raise SlackError("user_not_visible")
    if person.deleted:
        raise SlackError("user_disabled")
