"""conversations.*: the channels and DMs, their members and their messages."""

from devstack.slack_sandbox.call import Call, Method
from devstack.slack_sandbox.conversations import (
    kind_of,
    opened_dm,
    readable_channel,
    require_open_to_dm,
    visible_channel,
)
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.paging import page
from devstack.slack_sandbox.records import Channel, Json, Message

READ_SCOPES = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY_SCOPES = ("channels:history", "groups:history", "im:history", "mpim:history")
WRITE_SCOPES = ("channels:manage", "groups:write", "im:write", "mpim:write")
_MOST_IN_GROUP = 8
_KINDS = {
    "public_channel": "channels",
    "private_channel": "groups",
    "im": "im",
    "mpim": "mpim",
}


def open_conversation(call: Call) -> Json:
    """Open a DM or a group DM, or return the open DM."""
    users = call.arguments.listed("users")
    if named := call.arguments.find("channel"):
        return _opened(call, visible_channel(call, named), is_new=False)
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        return _open_group(call, users)
    call.require_scope("im:write")
    is_new = call.workspace.channels.find_dm(users[0]) is None
    return _opened(call, opened_dm(call, users[0]), is_new=is_new)


def _open_group(call: Call, users: list[str]) -> Json:
    call.require_scope("mpim:write")
    if len(users) > _MOST_IN_GROUP:
        raise SlackError("too_many_users")
    for user in users:
        person = call.workspace.people.find(user)
        if person is None:
            raise SlackError("user_not_found")
        require_open_to_dm(call, person)
    return _opened(call, call.workspace.channels.open_group(users), is_new=False)


def _opened(call: Call, channel: Channel, *, is_new: bool) -> Json:
    whole = call.arguments.flag("return_im")
    shown = call.workspace.channels.object_of(channel) if whole else {"id": channel.id}
    return {"channel": shown} if is_new else {"no_op": True, "already_open": True, "channel": shown}


def info(call: Call) -> Json:
    """Return a conversation."""
    channel = visible_channel(call, call.arguments.text("channel"))
    call.require_scope(f"{kind_of(channel)}:read")
    return {"channel": call.workspace.channels.object_of(channel)}


def list_conversations(call: Call) -> Json:
    """Return a page of the conversations that the app can see."""
    kinds = _asked_kinds(call)
    found = [c for c in call.workspace.channels if kind_of(c) in kinds and _is_listed(call, c)]
    return _page_of(call, found)


def user_conversations(call: Call) -> Json:
    """Return a page of a person's conversations."""
    user = call.arguments.find("user") or call.workspace.installation.bot_user_id
    if call.workspace.people.find(user) is None:
        raise SlackError("user_not_found")
    kinds = _asked_kinds(call)
    found = [
        channel
        for channel in call.workspace.channels
        if kind_of(channel) in kinds and user in channel.members and _is_listed(call, channel)
    ]
    return _page_of(call, found)


def _page_of(call: Call, channels: list[Channel]) -> Json:
    if call.arguments.flag("exclude_archived"):
        channels = [channel for channel in channels if not channel.is_archived]
    found, cursor = page(channels, call.arguments, default=100, most=1000)
    shown = [call.workspace.channels.object_of(channel) for channel in found]
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


def _asked_kinds(call: Call) -> set[str]:
    asked = call.arguments.listed("types") or ["public_channel"]
    if not set(asked) <= set(_KINDS):
        raise SlackError("invalid_types")
    kinds = {_KINDS[kind] for kind in asked}
    for kind in sorted(kinds):
        call.require_scope(f"{kind}:read")
    return kinds


def _is_listed(call: Call, channel: Channel) -> bool:
    is_open = not (channel.is_private or channel.is_im)
    return is_open or call.workspace.installation.bot_user_id in channel.members


def members(call: Call) -> Json:
    """Return a page of a conversation's members."""
    channel = visible_channel(call, call.arguments.text("channel"))
    call.require_scope(f"{kind_of(channel)}:read")
    found, cursor = page(channel.members, call.arguments, default=100, most=1000)
    return {"members": found, "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> Json:
    """Return top-level messages, newest first. Ephemeral messages are in no history."""
    channel = readable_channel(call, call.arguments.text("channel"))
    said = call.workspace.messages.in_channel(channel.id)
    top = [message for message in said if message.thread_ts is None and _is_asked(call, message)]
    return _messages(call, top[::-1])


def replies(call: Call) -> Json:
    """Return a thread: its first message, then the replies, oldest first."""
    channel = readable_channel(call, call.arguments.text("channel"))
    messages = call.workspace.messages
    parent = messages.find(channel.id, call.arguments.text("ts"))
    if parent is None or parent.only_for:
        raise SlackError("thread_not_found")
    answers = messages.replies_to(channel.id, parent.ts)
    return _messages(call, [parent, *(reply for reply in answers if _is_asked(call, reply))])


def _is_asked(call: Call, message: Message) -> bool:
    oldest, latest = call.arguments.find("oldest"), call.arguments.find("latest")
    inclusive = call.arguments.flag("inclusive")
    sent = _seconds(message.ts)
    after = oldest is None or sent > _seconds(oldest) or (inclusive and sent == _seconds(oldest))
    before = latest is None or sent < _seconds(latest) or (inclusive and sent == _seconds(latest))
    return after and before


def _seconds(ts: str) -> float:
    try:
        return float(ts)
    except ValueError:
        raise SlackError("invalid_ts_oldest") from None


def _messages(call: Call, messages: list[Message]) -> Json:
    found, cursor = page(messages, call.arguments, default=100, most=999)
    whole = call.arguments.flag("include_all_metadata")
    objects = [call.workspace.messages.object_of(m, with_metadata=whole) for m in found]
    answer: Json = {"messages": objects, "has_more": bool(cursor), "pin_count": 0}
    return {**answer, "response_metadata": {"next_cursor": cursor}} if cursor else answer


METHODS = {
    "conversations.open": Method(open_conversation, WRITE_SCOPES),
    "conversations.info": Method(info, READ_SCOPES),
    "conversations.list": Method(list_conversations, READ_SCOPES),
    "conversations.members": Method(members, READ_SCOPES),
    "conversations.history": Method(history, HISTORY_SCOPES),
    "conversations.replies": Method(replies, HISTORY_SCOPES),
    "users.conversations": Method(user_conversations, READ_SCOPES),
}
