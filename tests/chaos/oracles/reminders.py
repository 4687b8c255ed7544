"""Promise 4: no reminder before its moment, and none that was known not to be true any more."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.chaos.evidence import Evidence, Json, NoticeName, key_of
from tests.chaos.oracles.contents import as_stored
from tests.chaos.oracles.histories import event_of
from tests.chaos.oracles.violation import Violation

_PROMISE = "at the right time"
_AFTER_DUE = {
    "reminder_day_before": timedelta(days=-1),
    "reminder_due": timedelta(0),
    "reminder_overdue": timedelta(days=1),
}
_LOOKED_BEFORE = 1.0
"""Seconds between the last look at the task and the post, which no look can make zero."""
_LOOKED_AT_PERSON_BEFORE = 5.0
"""Seconds between the last look at the person, and the post in its turn."""


class _Turn(NamedTuple):
    """A change of a task: it took effect between the two moments, and the task was so after it."""

    earliest: float
    latest: float
    owner: str
    is_open: bool
    due: float | None


def judge_reminders(evidence: Evidence) -> list[Violation]:
    """Look at each reminder that somebody sees: when it came, and what was true by then."""
    turns = _turns(evidence)
    rows = {row["_id"]: row for row in evidence.ours("notices")}
    tasks = {task["_id"]: task for task in evidence.tasks()}
    found: list[Violation] = []
    for inbox in evidence.inboxes.values():
        for message in inbox:
            key = key_of(message)
            if key is None or NoticeName.of(key).kind not in _AFTER_DUE:
                continue
            name = NoticeName.of(key)
            found += _on_time(key, name, message)
            posted = _began(message, rows.get(key))
            listeners = _listeners(name, tasks.get(name.about))
            found += _still_true(key, posted, listeners, turns.get(name.about, []))
            found += _at_rest(evidence, key, posted, rows.get(key))
    return found


def _at_rest(evidence: Evidence, key: str, posted: float, row: Json | None) -> Iterator[Violation]:
    """Nobody is reminded who wants to hear nothing, unless they may have been before they said so.

    What is looked up once may change in the next moment, so the first of it is not counted.
    """
    if row is None or row["unknown_since"] is not None:
        return
    for rest in evidence.lines("rests"):
        is_theirs = rest["user"] == NoticeName.of(key).recipient
        if is_theirs and rest["at"] + _LOOKED_AT_PERSON_BEFORE < posted < rest["until"]:
            yield Violation(_PROMISE, "a reminder at rest", key, rest)


def _on_time(key: str, name: NoticeName, message: Json) -> Iterator[Violation]:
    moment = datetime.fromisoformat(name.moment) + _AFTER_DUE[name.kind]
    if float(message["ts"]) < moment.timestamp():
        yield Violation(_PROMISE, "a reminder came before its moment", key, message["ts"])


def _still_true(
    key: str, posted: float, listeners: set[str], turns: list[_Turn]
) -> Iterator[Violation]:
    name = NoticeName.of(key)
    due = as_stored(name.moment)
    if turns and not any(
        turn.is_open and turn.due == due and name.recipient in {turn.owner, *listeners}
        for turn in _possible(turns, posted)
    ):
        yield Violation(_PROMISE, "a reminder of what was not true any more", key, posted)


def _listeners(name: NoticeName, task: Json | None) -> set[str]:
    """Who may hear of it beside the owner."""
    is_overdue = task is not None and name.kind == "reminder_overdue"
    return {task["creator"]} if task is not None and is_overdue else set()


def _began(message: Json, row: Json | None) -> float:
    """When the call that posted it began: Slack may have taken its time."""
    posted = float(message["ts"])
    began = (row or {}).get("last_attempt_at")
    return min(posted, began) if began is not None else posted


def _possible(turns: list[_Turn], moment: float) -> list[_Turn]:
    """How the task may have stood at a moment, for all that the histories know."""
    certain = [turn for turn in turns if turn.latest <= moment - _LOOKED_BEFORE]
    maybe = [turn for turn in turns if turn.earliest <= moment < turn.latest + _LOOKED_BEFORE]
    return certain[-1:] + maybe


def _turns(evidence: Evidence) -> dict[str, list[_Turn]]:
    """The changes of each task, oldest first, each with the moments of the step that made it."""
    turns: dict[str, list[tuple[int, _Turn]]] = {}
    for history in evidence.histories:
        for step in history["steps"]:
            if (told := _told(step)) is not None:
                task_id, version, owner, is_open = told
                due = _due(step)
                turn = _Turn(step["scheduled"], step["completed"], owner, is_open, due)
                turns.setdefault(task_id, []).append((version, turn))
    return {task_id: _dated(sorted(numbered)) for task_id, numbered in turns.items()}


def _dated(turns: list[tuple[int, _Turn]]) -> list[_Turn]:
    """Each with the due date that was set last: most changes set none."""
    dated: list[_Turn] = []
    for _, turn in turns:
        before = dated[-1].due if dated else None
        dated.append(turn if turn.due is not None else turn._replace(due=before))
    return dated


def _due(step: Json) -> float | None:
    """The due date that a step set, if it did."""
    asked = step["input"] or {}
    named = asked.get("due_at") or (asked.get("change") or {}).get("due_at")
    return as_stored(named) if named else None


def _told(step: Json) -> tuple[str, int, str, bool] | None:
    if step["type"] == "create_task_activity":
        task = step["result"]
        # A repeat tells how the task stands by then, not how it was at first.
        return (task["id"], 1, task["owner"], True) if task["version"] == 1 else None
    if (event := event_of(step)) is None:
        return None
    is_open = event["kind"] not in ("completed", "cancelled")
    return event["task_id"], event["version"], event["owner"], is_open
