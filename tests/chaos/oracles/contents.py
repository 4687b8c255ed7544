"""Promise 2: a task says what was last told of it, in every field that people can set."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.histories import change_of, event_of
from tests.chaos.oracles.violation import Violation

_SET_BY_HAND = ("title", "description", "due_at", "progress")
_DONE = 100


def judge_contents(evidence: Evidence) -> list[Violation]:
    """Tell each task's contents from the steps that made and changed it, and look at the last."""
    made, changed = _made(evidence), _changed(evidence)
    return [
        Violation("saved", f"the {name} is not as last told", task["_id"], (value, task[name]))
        for task in evidence.tasks()
        if task["_id"] in made
        for name, value in _told(made[task["_id"]], changed.get(task["_id"], [])).items()
        if task[name] != value
    ]


def as_stored(date: str) -> float:
    """As fine as MongoDB keeps it. "Due in 20 seconds" has microseconds in Temporal's histories."""
    moment = datetime.fromisoformat(date)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000).timestamp()


def _made(evidence: Evidence) -> dict[str, Json]:
    """What each task was to be at first."""
    return {
        step["input"]["id"]: step["input"]
        for history in evidence.histories
        for step in history["steps"]
        if step["type"] == "create_task_activity"
    }


def _changed(evidence: Evidence) -> dict[str, list[tuple[int, Json]]]:
    """The changes that were applied to each task, by the version that each led to."""
    changed: dict[str, list[tuple[int, Json]]] = {}
    for history in evidence.histories:
        for step in history["steps"]:
            if (event := event_of(step)) is not None:
                named = (event["version"], {**change_of(step), "kind": event["kind"]})
                changed.setdefault(event["task_id"], []).append(named)
    return changed


def _told(new: Json, changes: list[tuple[int, Json]]) -> Json:
    contents: Json = {"title": new["title"], "description": new.get("description") or ""}
    contents |= {"due_at": _date(new.get("due_at")), "progress": 0}
    for _, change in sorted(changes, key=lambda numbered: numbered[0]):
        contents |= dict(_set(change))
    return contents


def _set(change: Json) -> Iterator[tuple[str, Any]]:
    if change["kind"] == "completed":
        yield "progress", _DONE
    if change["kind"] in ("edited", "progressed"):
        for name in _SET_BY_HAND:
            if change.get(name) is not None:
                yield name, _date(change[name]) if name == "due_at" else change[name]


def _date(told: str | None) -> float | None:
    return as_stored(told) if told else None
