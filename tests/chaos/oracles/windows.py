"""Promise 1: whoever is handed something has the whole window to answer, unless it was named."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.violation import Violation

_PROMISE = "one owner"
_CLOCKS_APART = 0.5
"""Seconds between the ledger's clock, Temporal's and Slack's, which are read one after another."""


def judge_windows(evidence: Evidence) -> list[Violation]:
    """Look at what each hand-over was given for its answer, and at those that the clock ended."""
    named = _named(evidence)
    return [
        Violation(_PROMISE, what, relay["_id"], relay)
        for relay in evidence.ours("relays")
        for what in _complaints(evidence, relay, relay["_id"] in named)
    ]


def is_by_clock(relay: Json, trail: list[Json]) -> bool:
    """Whether it ended because nobody answered, and not because nobody could be asked."""
    kinds = {event["kind"] for event in trail if event["relay_id"] == relay["_id"]}
    return relay["end"] in ("returned", "unanswered") and "relay_undeliverable" not in kinds


def _complaints(evidence: Evidence, relay: Json, is_named: bool) -> Iterator[str]:
    by_clock = is_by_clock(relay, evidence.trail(relay["task_id"]))
    if by_clock and relay["ended_at"] < relay["answer_by"] - _CLOCKS_APART:
        yield "a window ended before its time"
    least = None if is_named else _window(evidence)
    if least is not None and relay["answer_by"] < relay["opened_at"] + least - _CLOCKS_APART:
        yield "a window was shorter than agreed"


def _named(evidence: Evidence) -> set[str]:
    """The hand-overs of which the sender named the end: that stands, however soon it is."""
    return {
        history["input"]["relay_id"]
        for history in evidence.histories
        if history["type"] == "TaskRelayWorkflow" and history["input"].get("answer_by")
    }


def _window(evidence: Evidence) -> float | None:
    """The seconds that everybody has in this run; None in runs from before that was noted."""
    lines = [*evidence.lines("plan"), *evidence.lines("outage")]
    return next((float(line["window"]) for line in lines if "window" in line), None)
