"""Promise 2 while a part is away: who asks hears yes or no, in words, within three seconds."""

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.violation import Violation
from tests.outages.judges.times import Away, away

_WITHIN = 3.0
_ON_THE_WAY = ("slack", "bot")
"""Without these nothing that is typed gets to RelAI; without the bot nothing at all."""
_YES = range(200, 300)
_FAIR = (*_YES, 400, 403, 404, 409, 422, 503)
"""What a program can act on: done, refused by a rule, or to be sent again."""


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
    if "nothing" in answer or gone.part == "bot":
        return None
    if "asked" in answer or entry["kind"].startswith("api_"):
        return _of_call(entry, answer)
    return None if gone.part in _ON_THE_WAY else _of_word(answer)


def _of_call(entry: Json, answer: Json) -> str | None:
    if answer.get("status") not in _FAIR:
        return "a call without a fair answer"
    return "a call was answered late" if entry["took"] > _WITHIN else None


def _of_word(answer: Json) -> str | None:
    if answer.get("outcome") != "ok":
        return "a person saw Slack's error though the bot ran"
    is_command = "typed" in answer
    if is_command and "nothing was saved" in answer["said"] and not _is_given_back(answer):
        return "a text was not given back"
    return None


def _is_given_back(answer: Json) -> bool:
    """Whether the marks of what was typed stand in the answer."""
    marks = [answer[name] for name in ("title", "note") if name in answer]
    return all(mark in answer["said"] for mark in marks)
