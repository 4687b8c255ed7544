"""Finds the objects that a control request names, or answers 404."""

from typing import TypeVar

from devstack.slack_sandbox.errors import malformed, unknown
from devstack.slack_sandbox.records import Channel, Message, Person, View
from devstack.slack_sandbox.workspace import Workspace

T = TypeVar("T")


def person_named(workspace: Workspace, user: str) -> Person:
    """Return a person or a bot."""
    return _found(workspace.people.find(user), "person", user)


def actor_named(workspace: Workspace, user: str) -> Person:
    """Return a person who can act. Bots and deactivated people can't."""
    person = person_named(workspace, user)
    if workspace.is_bot(person) or person.deleted:
        raise malformed(f"{person.name} can't act: a bot or deactivated", "cannot_act")
    return person


def channel_named(workspace: Workspace, person: Person, channel: str | None) -> Channel:
    """Return the named channel the person is in, or their DM with the bot."""
    if channel is None:
        return workspace.channels.open_dm(person.id)
    there = _found(workspace.channels.find(channel), "channel", channel)
    if person.id not in there.members:
        raise malformed(f"{person.name} is not in {channel}", "not_in_channel")
    return there


def message_named(workspace: Workspace, person: Person, channel: str, ts: str) -> Message:
    """Return a message this person can see."""
    message = _found(workspace.messages.find(channel, ts), "message", ts)
    if message.only_for not in {None, person.id}:
        raise unknown("message", ts)
    return message


def view_named(workspace: Workspace, person: Person, view: str) -> View:
    """Return a view that is open for this person."""
    there = _found(workspace.views.find(view), "view", view)
    if there.user != person.id:
        raise malformed(f"{view} is open for somebody else", "not_your_view")
    return there


def _found(there: T | None, what: str, name: str) -> T:
    if there is None:
        raise unknown(what, name)
    return there
