"""Promises 5 and 2: what was done is what was asked for, in the name of whoever asked."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.acts import acts, name_of
from tests.chaos.oracles.contents import as_stored
from tests.chaos.oracles.histories import change_of
from tests.chaos.oracles.saved import requests_of
from tests.chaos.oracles.violation import Violation

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


class _Effect(NamedTuple):
    """An event, the relay that it opened or ended, its task, and the step that applied a change."""

    event: Json
    relay: Json
    task: Json
    change: Json
    done_at: float


def judge_asked(evidence: Evidence) -> list[Violation]:
    """Compare each act with every event that it led to: who, what, to whom and how much."""
    known = _Effects(evidence)
    return [
        violation
        for act in acts(evidence)
        for effect in known.of(act["answer"])
        for violation in _compared(evidence, act, effect)
    ]


class _Effects:
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

    def of(self, answer: Json) -> Iterator[_Effect]:
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

    def _effect(self, event: Json) -> _Effect:
        relay = self._relays.get(event["relay_id"] or "", {})
        task = self._tasks.get(event["task_id"], {})
        change, done_at = self._changes.get(event["_id"], ({}, 0.0))
        return _Effect(event, relay, task, change, done_at)


def _asked_of(step: Json) -> Iterator[tuple[str, Json]]:
    """What a step was to do, by the request that wanted it."""
    change = change_of(step) or step["input"] or {}
    if isinstance(change, dict) and (name := change.get("id") or change.get("request_id")):
        # A new task has an id of its own, beside its request's.
        yield change.get("request_id") or name, change


def _compared(evidence: Evidence, act: Json, effect: _Effect) -> Iterator[Violation]:
    answer, event = act["answer"], effect.event
    body = answer.get("body")
    if event["actor"] != _actor(answer) or bool(event["via"]) != (body is not None):
        what = "something was done in another name than that of who asked"
        yield Violation("only who may", what, name_of(act), (act, event))
    by_kind = _BY_ACT.get(act["kind"], ())
    expected: tuple[str, ...] = _BY_BUTTON.get(answer.get("pressed", ""), by_kind)
    if event["kind"] not in expected:
        yield Violation("saved", "another thing was done than was asked", name_of(act), event)
    done = _done(effect)
    for name, wanted in _wanted(answer).items():
        if name == "owner" and _fell_back(evidence, effect, wanted):
            continue
        if name in done and done[name] != wanted:
            what = f"another {name} than was asked for"
            yield Violation("saved", what, name_of(act), (wanted, done[name], act))


def _actor(answer: Json) -> Any:
    """In whose name it was asked: a program says so, or else means the first owner."""
    if (body := answer.get("body")) is None:
        return answer["user"]
    names = ("actor", "from_user", "creator", "assignedTo")
    return next((body[name] for name in names if name in body), None)


def _fell_back(evidence: Evidence, effect: _Effect, wanted: str) -> bool:
    """Whether the creator holds it because who was to hold it had left."""
    is_creators = effect.event["owner"] == effect.event["actor"]
    return is_creators and evidence.left(wanted, effect.done_at)


def _wanted(answer: Json) -> Json:
    """What was asked for, by its name here: in chat as the journal notes it, else in the body."""
    body, wish = answer.get("body") or {}, dict(answer.get("wish") or {})
    named = {"assignedTo": "owner", "to_user": "receiver", "mode": "mode"}
    named |= {name: name for name in ("progress", "description")}
    wish |= {ours: body[theirs] for theirs, ours in named.items() if theirs in body}
    if "estimatedHandoff" in body:
        wish["due date"] = as_stored(body["estimatedHandoff"])
    if answer.get("about"):
        subject = "task" if answer.get("pressed", "").startswith("task_") else "relay"
        wish[subject] = answer["about"]
    path = answer.get("asked", "").split("/")
    if len(path) > _TASK_IN_PATH:
        wish["task"] = path[_TASK_IN_PATH]
    return wish


_TASK_IN_PATH = 3
"""`PATCH /api/tasks/{id}`."""


def _done(effect: _Effect) -> Json:
    """What was done, by the same names."""
    event, relay, change = effect.event, effect.relay, effect.change
    done: Json = {"task": event["task_id"], "number": f"T-{effect.task.get('number')}"}
    if event["kind"] == "created":
        done["owner"] = event["owner"]
    if event["relay_id"]:
        done |= {"relay": event["relay_id"], "receiver": relay.get("to_user")}
        done |= {"mode": relay.get("mode")}
    done |= {name: change[name] for name in ("progress", "description") if name in change}
    if change.get("due_at"):
        done["due date"] = as_stored(change["due_at"])
    return done
