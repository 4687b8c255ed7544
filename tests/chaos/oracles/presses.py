"""Promise 2 for buttons: a press that can't be saved is answered with a word."""

from tests.chaos.evidence import Evidence, Json, key_of
from tests.chaos.oracles.histories import change_of
from tests.chaos.oracles.violation import Violation

_DURABLE = ("relay_accept", "relay_take_back", "task_complete")
"""Buttons that change a task. The others open forms, and a form that does not open is a word."""
_WORD_WITHIN = 15.0
_FAULT_LASTS = 20.0
"""Seconds around a press in which a fault may have cost the word: nobody checks on a whisper."""


def judge_presses(evidence: Evidence) -> list[Violation]:
    """Look for the effect of each press that was acknowledged, or else for a word about it."""
    decided = {
        change_of(step).get("id") for history in evidence.histories for step in history["steps"]
    }
    return [
        Violation(
            "saved", "a press without effect and without a word", f"act {entry['number']}", entry
        )
        for entry in evidence.lines("act")
        if _was_taken(entry["answer"])
        and entry["answer"]["request"] not in decided
        and not (_has_word(evidence, entry) or _may_be_lost(evidence, entry["begun"]))
    ]


def _was_taken(answer: Json) -> bool:
    return answer.get("pressed") in _DURABLE and answer.get("outcome") == "ok"


def _has_word(evidence: Evidence, entry: Json) -> bool:
    """Whether the bot said something then that is no notice."""
    inbox = evidence.inboxes.get(entry["answer"]["user"], [])
    words = [float(message["ts"]) for message in inbox if key_of(message) is None]
    return any(0 <= said - entry["begun"] <= _WORD_WITHIN for said in words)


def _may_be_lost(evidence: Evidence, begun: float) -> bool:
    return any(
        abs(fault["at"] - begun) <= _FAULT_LASTS and _is_on_the_way(fault)
        for fault in evidence.lines("fault")
    )


def _is_on_the_way(fault: Json) -> bool:
    """Whether it is on the way from a bot to the person."""
    is_link = "bot→slack" in fault["target"]
    return is_link or fault["kind"] == "slack" or fault["target"] in ("bot", "second_bot", "slack")
