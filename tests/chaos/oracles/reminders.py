"""Promise 4: no reminder before its moment, and none that was known not to be true any more."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.chaos.evidence import Evidence, Json, NoticeName, key_of
from tests.chaos.oracles.posts import began
from tests.chaos.oracles.turns import Turn, is_true, possible, turns_of
from tests.chaos.oracles.violation import Violation

_PROMISE = "at the right time"
_AFTER_DUE = {
    "reminder_day_before": timedelta(days=-1),
    "reminder_due": timedelta(0),
    "reminder_overdue": timedelta(days=1),
}
_LOOKED_AT_PERSON_BEFORE = 5.0
"""Seconds between the last look at the person, and the post in its turn."""


def judge_reminders(evidence: Evidence) -> list[Violation]:
    """Look at each reminder that somebody sees: when it came, and what was true by then."""
    turns = turns_of(evidence)
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
            posted = began(message, rows.get(key))
            task, changes = tasks.get(name.about), turns.get(name.about, [])
            found += _still_true(key, posted, task, changes)
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
    key: str, posted: float, task: Json | None, turns: list[Turn]
) -> Iterator[Violation]:
    name = NoticeName.of(key)
    if turns and not any(is_true(name, turn, task) for turn in possible(turns, posted)):
        yield Violation(_PROMISE, "a reminder of what was not true any more", key, posted)
