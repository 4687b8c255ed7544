"""How each task stood and since when, as Temporal's histories tell it; moments are uncertain."""

from typing import NamedTuple

from tests.chaos.evidence import Evidence, Json, NoticeName
from tests.chaos.oracles.contents import as_stored
from tests.chaos.oracles.histories import change_of, event_of

LOOKED_BEFORE = 1.0
"""Seconds between the last look at the task and the post, which no look can make zero."""


class Turn(NamedTuple):
    """A change of a task: it took effect between the two moments, and the task was so after it."""

    earliest: float
    latest: float
    owner: str
    is_open: bool
    due: float | None

    def is_like(self, other: "Turn") -> bool:
        """Whether nothing lies between the two that a reminder is about."""
        return self[2:] == other[2:]


def turns_of(evidence: Evidence) -> dict[str, list[Turn]]:
    """The changes of each task, oldest first, each with the moments of the step that made it."""
    turns: dict[str, list[tuple[int, Turn]]] = {}
    for history in evidence.histories:
        for step in history["steps"]:
            if (told := _told(evidence, step)) is not None:
                task_id, version, owner, is_open = told
                turn = Turn(step["scheduled"], step["completed"], owner, is_open, _due(step))
                turns.setdefault(task_id, []).append((version, turn))
    return {task_id: _dated(sorted(numbered)) for task_id, numbered in turns.items()}


def possible(turns: list[Turn], moment: float) -> list[Turn]:
    """How the task may have stood at a moment, for all that the histories know."""
    certain = [turn for turn in turns if turn.latest <= moment - LOOKED_BEFORE]
    maybe = [turn for turn in turns if turn.earliest <= moment < turn.latest + LOOKED_BEFORE]
    return certain[-1:] + maybe


def is_true(name: NoticeName, turn: Turn, task: Json | None) -> bool:
    """Whether a reminder was right while the task stood so: of overdue ones its creator hears."""
    listeners = {turn.owner}
    if task is not None and name.kind == "reminder_overdue":
        listeners.add(task["creator"])
    return turn.is_open and turn.due == as_stored(name.moment) and name.recipient in listeners


def _dated(turns: list[tuple[int, Turn]]) -> list[Turn]:
    """Each with the due date that was set last: most changes set none."""
    dated: list[Turn] = []
    for _, turn in turns:
        before = dated[-1].due if dated else None
        dated.append(turn if turn.due is not None else turn._replace(due=before))
    return dated


def _due(step: Json) -> float | None:
    """The due date that a step set, if it did."""
    named = (step["input"] or {}).get("due_at") or change_of(step).get("due_at")
    return as_stored(named) if named else None


def _told(evidence: Evidence, step: Json) -> tuple[str, int, str, bool] | None:
    if step["type"] == "create_task_activity":
        return _made(evidence, step["result"])
    if (event := event_of(step)) is None:
        return None
    is_open = event["kind"] not in ("completed", "cancelled")
    return event["task_id"], event["version"], event["owner"], is_open


def _made(evidence: Evidence, task: Json) -> tuple[str, int, str, bool] | None:
    """A repeat tells how the task stands by then, and only the trail how it was at first."""
    first = [task] if task["version"] == 1 else evidence.trail(task["id"])[:1]
    return (task["id"], 1, first[0]["owner"], True) if first else None
