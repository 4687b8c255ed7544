"""Promise 2 while a part is away: a program that asks is answered within three seconds."""

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.violation import Violation
from tests.outages.judges.times import Away, away

_WITHIN = 3.0


def judge_answers(evidence: Evidence) -> list[Violation]:
    """Look at each answer that was given while the part was away."""
    gone = away(evidence)
    return [
        Violation("saved", what, f"act {entry['number']} ({entry['kind']})", entry["answer"])
        for entry in evidence.lines("act")
        if gone.covers(entry["begun"]) and (what := _complaint(gone, entry))
    ]


def _complaint(gone: Away, entry: Json) -> str | None:
    answer = entry["answer"]
    is_call = "asked" in answer or entry["kind"].startswith("api_")
    if "nothing" in answer or gone.part == "bot" or not is_call:
        return None
    if "status" not in answer:
        return "a call without an answer"
    return "a call was answered late" if entry["took"] > _WITHIN else None
