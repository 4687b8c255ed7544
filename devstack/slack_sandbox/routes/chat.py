"""chat.*: the app posts, changes and deletes messages."""

from devstack.slack_sandbox import limits
from devstack.slack_sandbox.call import Arguments, Call, Method
from devstack.slack_sandbox.conversations import posting_dm, visible_channel
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.message_content import checked_content
from devstack.slack_sandbox.records import Channel, Json, Message

_STRUCTURES = ("blocks", "attachments", "metadata")


def _content(arguments: Arguments) -> Json:
    structures = {name: arguments.structure(name) for name in _STRUCTURES}
    texts = {name: arguments.find(name) for name in ("text", "markdown_text")}
    return checked_content({**texts, **structures})


def _postable(call: Call) -> Channel:
    """Return the channel the app may post to; a person's id stands for the DM with them."""
    named = call.arguments.text("channel")
    if call.workspace.people.find(named):
        return posting_dm(call, named)
    channel = visible_channel(call, named)
    is_member = call.workspace.installation.bot_user_id in channel.members
    may_post_anywhere = "chat:write.public" in call.options.scopes and not channel.is_private
    if not (is_member or may_post_anywhere):
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


def post_message(call: Call) -> Json:
    """Post as the app."""
    channel = _postable(call)
    content = _content(call.arguments)
    message = call.workspace.messages.post_as_app(
        channel.id, **content, thread_ts=_thread(call, channel)
    )
    shown = call.workspace.messages.object_of(message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def _thread(call: Call, channel: Channel) -> str | None:
    """Return the `ts` of the thread's first message, also when a reply of it was named."""
    thread_ts = call.arguments.find("thread_ts")
    if thread_ts is None:
        return None
    parent = call.workspace.messages.find(channel.id, thread_ts)
    if parent is None or parent.only_for:
        raise SlackError("thread_not_found")
    return parent.thread_ts or parent.ts


def post_ephemeral(call: Call) -> Json:
    """Post for a single member of the channel."""
    channel, user = _postable(call), call.arguments.text("user")
    if call.workspace.people.find(user) is None or user not in channel.members:
        raise SlackError("user_not_in_channel")
    content = {**_content(call.arguments), "metadata": None}
    message = call.workspace.messages.post_as_app(
        channel.id, **content, thread_ts=_thread(call, channel), only_for=user
    )
    return {"message_ts": message.ts}


def _own_message(call: Call, refused: str) -> Message:
    channel = visible_channel(call, call.arguments.text("channel"))
    message = call.workspace.messages.find(channel.id, call.arguments.text("ts"))
    if message is None or message.only_for:
        raise SlackError("message_not_found")
    if message.user != call.workspace.installation.bot_user_id:
        raise SlackError(refused)
    return message


def update(call: Call) -> Json:
    """Change a message of the app."""
    message = _own_message(call, "cant_update_message")
    changed = call.workspace.messages.edit(message, _broadcast(call.arguments))
    shown = call.workspace.messages.object_of(changed, with_metadata=True)
    return {"channel": changed.channel, "ts": changed.ts, "text": changed.text, "message": shown}


def _broadcast(arguments: Arguments) -> Json:
    """Return the given fields. A new text without blocks removes the old blocks."""
    if len(arguments.find("text") or "") > limits.UPDATE_TEXT:
        raise SlackError("msg_too_long")
    content = _content(arguments)
    named = {name for name in content if arguments.given.get(name) is not None}
    replaced = {"blocks"} if "text" in named else set()
    return {name: content[name] for name in named | replaced}


def delete(call: Call) -> Json:
    """Remove a message of the app."""
    message = _own_message(call, "cant_delete_message")
    call.workspace.messages.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """Return a message's address."""
    channel = visible_channel(call, call.arguments.text("channel"))
    message = call.workspace.messages.find(channel.id, call.arguments.text("message_ts"))
    if message is None or message.only_for:
        raise SlackError("message_not_found")
    domain = call.workspace.installation.domain
    link = f"https://{domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink),
}
