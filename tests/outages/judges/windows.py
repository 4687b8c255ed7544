"""Promise 1 after an outage: whoever is asked late has the whole window from then on."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.violation import Violation
from tests.chaos.oracles.windows import is_by_clock
from tests.outages.judges.times import arrivals, away

_PROMISE = "one owner"
_CLOCKS_APART = 0.5
"""Seconds between the ledger's clock, Temporal's and Slack's, which are read one after another."""
_SOON = 60.0
"""Seconds from the end of a window, or of the outage, until a worker has seen to it."""


def judge_late_windows(evidence: Evidence) -> list[Violation]:
    """Look at each hand-over that nobody answered."""
    named = {
        history["input"]["relay_id"]: history["input"].get("answer_by")
        for history in evidence.histories
        if history["type"] == "TaskRelayWorkflow"
    }
    came = arrivals(evidence)
    return [
        Violation(_PROMISE, what, relay["_id"], relay)
        for relay in evidence.ours("relays")
        if is_by_clock(relay, evidence.trail(relay["task_id"]))
        for what in _complaints(evidence, relay, named.get(relay["_id"]) is not None, came)
    ]


def _complaints(
    evidence: Evidence, relay: Json, is_named: bool, came: dict[str, float]
) -> Iterator[str]:
    back = away(evidence).end
    if relay["ended_at"] > max(relay["answer_by"], back) + _SOON:
        yield "a window ended long after its time"
    asked = came.get(f"{relay['task_id']}:relay_offered:{relay['_id']}:{relay['to_user']}")
    if asked is None:
        yield "a hand-over ended though nobody was asked"
    elif not is_named and relay["answer_by"] < asked + _least(evidence) - _CLOCKS_APART:
        yield "a receiver who was asked late had no whole window"


def _least(evidence: Evidence) -> float:
    """What is left of the window to whoever was asked before half of it had passed."""
    (line,) = evidence.lines("outage")
    return float(line["window"]) / 2
