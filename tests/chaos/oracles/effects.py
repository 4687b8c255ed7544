"""What acts led to: events in the trail, by the request or by the mark that only one act bears."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.histories import change_of
from tests.chaos.oracles.saved import requests_of

_BY_BUTTON = {
    "relay_accept": ("relay_accepted",),
    "relay_take_back": ("relay_withdrawn", "taken_back"),
    "task_complete": ("completed",),
}
_BY_ACT = {
    "create": ("created",),
    "create_in_form": ("created",),
    "guest": ("created",),
    "relay": ("relay_opened",),
    "relay_in_form": ("relay_opened",),
    "decline": ("relay_declined",),
    "done": ("completed",),
    "progress": ("progressed",),
    "api_create": ("created",),
    "api_relay": ("relay_opened",),
    "api_complete": ("completed",),
    "api_progress": ("progressed",),
    "api_edit": ("edited",),
    "api_move": ("edited",),
    "api_cancel": ("cancelled",),
}
"""What may come of an act, by the button that was pressed or else by its kind."""


class Effect(NamedTuple):
    """An event, the relay that it opened or ended, its task, and the step that applied a change."""

    event: Json
    relay: Json
    task: Json
    change: Json
    done_at: float


class Effects:
    """What is in the trail, by the request or by the mark that only its act bears."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._events = {event["_id"]: event for event in evidence.ours("task_events")}
        self._tasks = {task["_id"]: task for task in evidence.tasks()}
        self._relays = {relay["_id"]: relay for relay in evidence.ours("relays")}
        self._changes = {
            name: (change, step["completed"])
            for history in evidence.histories
            for step in history["steps"]
            for name, change in _asked_of(step)
        }

    def of(self, answer: Json) -> Iterator[Effect]:
        requests = requests_of(self._evidence, answer)
        for event in self._events.values():
            if event["_id"] in requests or self._bears_mark(event, answer):
                yield self._effect(event)

    def _bears_mark(self, event: Json, answer: Json) -> bool:
        match event["kind"]:
            case "created":
                known = self._tasks.get(event["task_id"], {}).get("title")
                return "title" in answer and known == answer["title"]
            case "relay_opened":
                known = self._relays.get(event["relay_id"], {}).get("note")
                return "note" in answer and known == answer["note"]
            case "relay_declined":
                known = self._relays.get(event["relay_id"], {}).get("reason")
                return "reason" in answer and known == answer["reason"]
        return False

    def _effect(self, event: Json) -> Effect:
        relay = self._relays.get(event["relay_id"] or "", {})
        task = self._tasks.get(event["task_id"], {})
        change, done_at = self._changes.get(event["_id"], ({}, 0.0))
        return Effect(event, relay, task, change, done_at)


def _asked_of(step: Json) -> Iterator[tuple[str, Json]]:
    """What a step was to do, by the request that wanted it."""
    change = change_of(step) or step["input"] or {}
    if isinstance(change, dict) and (name := change.get("id") or change.get("request_id")):
        # A new task has an id of its own, beside its request's.
        yield change.get("request_id") or name, change


def kinds_of(act: Json) -> tuple[str, ...]:
    """The kinds of events that an act may lead to."""
    by_kind = _BY_ACT.get(act["kind"], ())
    return _BY_BUTTON.get(act["answer"].get("pressed", ""), by_kind)


def actor_of(answer: Json) -> Any:
    """In whose name it was asked: a program says so, or else means the first owner.

    None if the act was broken off before that was known.
    """
    if (body := answer.get("body")) is None:
        return answer.get("user")
    names = ("actor", "from_user", "creator", "assignedTo")
    return next((body[name] for name in names if name in body), None)
