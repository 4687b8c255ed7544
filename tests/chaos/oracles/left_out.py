"""Why a notice may never have gone out: its person had left, or it was not true any more."""

from math import inf

from tests.chaos.evidence import Evidence, Json, NoticeName
from tests.chaos.oracles.faults import troubles
from tests.chaos.oracles.turns import LOOKED_BEFORE, is_true, possible, turns_of
from tests.chaos.parts import WORKERS, link_name

_REMINDERS = ("reminder_day_before", "reminder_due", "reminder_overdue")
"""Kinds that are only said while they are true."""
_GONE = (("skipped", "deactivated"), ("failed", "user_disabled"))
"""What the ledger says of who has left: in RelAI's words, or in Slack's."""
_TRIED_FOR = 75.0
"""Seconds in which a notice gets through the faults of a run: its longest pause is a minute."""
_HOLDS_STEPS_UP = {*WORKERS, *(link_name(worker, "temporal") for worker in WORKERS)}
_UNTIL_CLOSED = ("task_assigned", "relay_sent")
"""Kinds by which a task is acted on, so that they are of no use once it is closed."""
_UNTIL_ENDED = {"relay_sent": "relay_ended", "relay_offered": "task_taken_back"}
"""Kinds by which a hand-over is acted on, and what tells the same person of its end instead."""


def came_too_late(evidence: Evidence, row: Json) -> bool:
    """Whether it was left out because its person had left, while it was tried or before."""
    recipient = row["notice"]["recipient"]
    if recipient is None or (row["state"], row["reason"]) not in _GONE:
        return False
    tried_until = min(_decided_by(evidence, row), row["created_at"] + _TRIED_FOR)
    return evidence.left(recipient, tried_until)


def had_expired(evidence: Evidence, row: Json) -> bool:
    """Whether it had really become untrue, or of no use, by the moment at which it was left out."""
    if row["reason"] != "no longer true":
        return False
    name, by_then = NoticeName.of(row["_id"]), _decided_by(evidence, row) + LOOKED_BEFORE
    task = next((task for task in evidence.tasks() if task["_id"] == name.about), None)
    if name.kind in _REMINDERS:
        turns = turns_of(evidence).get(name.about, [])
        return any(not is_true(name, turn, task) for turn in possible(turns, by_then))
    if name.kind == "relay_nudged":
        return bool(_ended_by(evidence, name, by_then))
    is_closed = task is not None and task["status"] != "open" and task["closed_at"] <= by_then
    is_over = name.kind in _UNTIL_CLOSED and is_closed
    return is_over or _is_told_otherwise(evidence, name, by_then)


def _decided_by(evidence: Evidence, row: Json) -> float:
    """The latest moment at which it may have been left out.

    A worker goes by the time at which Temporal gave it the step. If it is stopped just then, or the
    step is held up on its way, it begins later, and the ledger has the older moment.
    """
    settled_at: float = row["settled_at"]
    held_up = [
        trouble.end
        for trouble in troubles(evidence)
        if trouble.kind in ("pause", "link")
        and trouble.target in _HOLDS_STEPS_UP
        and trouble.is_felt(settled_at, settled_at)
    ]
    return max([settled_at, *held_up])


def _is_told_otherwise(evidence: Evidence, name: NoticeName, by_then: float) -> bool:
    """Whether the hand-over was over, and another notice tells the same person of it."""
    ended = _ended_by(evidence, name, by_then)
    if name.kind not in _UNTIL_ENDED or not ended:
        return False
    told = {row["_id"] for row in evidence.ours("notices")}
    if f"{name.about}:{_UNTIL_ENDED[name.kind]}:{name.moment}:{name.recipient}" in told:
        return True
    # Of a task that was closed its holder hears, and not of the hand-over that this ended.
    closings = (f"{name.about}:task_completed:", f"{name.about}:task_cancelled:")
    heard = any(key.startswith(closings) and key.endswith(f":{name.recipient}") for key in told)
    return ended[0]["end"] == "withdrawn" and heard


def _ended_by(evidence: Evidence, name: NoticeName, moment: float) -> list[Json]:
    """The hand-over that it is about, if that was over by a moment."""
    return [
        relay
        for relay in evidence.ours("relays")
        if relay["_id"] == name.moment and (relay["ended_at"] or inf) <= moment
    ]
