"""Reads the workspace and the log fields from any payload, before a listener parses it."""

from collections.abc import Mapping
from typing import Any


def log_context(body: Mapping[str, Any]) -> dict[str, str]:
    """The fields that every log line of a request carries. They never hold people's words.

    `cause` is the id of the event, trigger or view, so it is the same if Slack delivers again.
    """
    event = _part(body, "event")
    view = _part(body, "view")
    fields = {
        "team": workspace_of(body),
        "user": body.get("user_id") or _id_of(body.get("user")) or _id_of(event.get("user")),
        "asks": body.get("command")
        or _action(body)
        or view.get("callback_id")
        or event.get("type"),
        "cause": body.get("event_id") or body.get("trigger_id") or view.get("id"),
    }
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def workspace_of(body: Mapping[str, Any]) -> object:
    """The id of the workspace that a payload comes from; None if the payload has none, or two."""
    named = [each for each in (body.get("team_id"), _part(body, "team").get("id")) if each]
    # Each payload model reads only one of these two fields, so both are compared here.
    return named[0] if named and named[0] == named[-1] else None


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _id_of(person: object) -> object:
    return person.get("id") if isinstance(person, Mapping) else person


def _action(body: Mapping[str, Any]) -> object:
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    return first.get("action_id") if isinstance(first, Mapping) else None
