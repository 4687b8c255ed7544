"""Trying for an hour costs time and nothing else: no history grows by it."""

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.violation import Violation

_EACH = 12
"""Events for one step or signal at most: the step's three, the workflow task's three before it and
after it, and a timer. What is tried again is one step, however often."""
_ANYWAY = 20


def judge_growth(evidence: Evidence) -> list[Violation]:
    """Compare each history's events with what the workflow did."""
    return [
        Violation("saved", "a history grew by trying", history["id"], history["events"])
        for history in evidence.histories
        if history["events"] > allowed(history)
    ]


def allowed(history: Json) -> int:
    """The most events that so many steps and signals explain."""
    return _ANYWAY + _EACH * (len(history["steps"]) + len(history["signals"]))
