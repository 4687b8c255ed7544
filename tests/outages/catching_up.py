"""What had waited for the part, and came once it was back."""

from tests.chaos.evidence import Evidence, Json, NoticeName
from tests.outages.judges.times import arrivals, away, rows

_FIRST_WORDS = ("task_assigned", "task_created", "relay_offered", "relay_sent", "request_refused")
"""What is said at once of a new task or hand-over; what follows later is not late."""
_OTHER_WORDS = ("task_completed", "task_updated")


def caught_up(evidence: Evidence) -> list[float]:
    """When each notice came that the outage held up.

    That is one that was to be there before the return, and one about a wish that was saved
    meanwhile and that nobody was there to carry out.
    """
    back = away(evidence).end
    planned = {key: row["notice"]["planned_at"] for key, row in rows(evidence).items()}
    abouts = _saved_meanwhile(evidence, back)
    return [
        at
        for key, at in arrivals(evidence).items()
        if at >= back and (planned.get(key, back) < back or _is_first_word(key, abouts))
    ]


def _is_first_word(key: str, abouts: set[str]) -> bool:
    name = NoticeName.of(key)
    if name.kind in _OTHER_WORDS:
        return name.moment in abouts
    return name.kind in _FIRST_WORDS and bool({name.about, name.moment} & abouts)


def _saved_meanwhile(evidence: Evidence, back: float) -> set[str]:
    """The tasks, hand-overs and requests of what was asked for once, before the return."""
    answers = [
        entry["answer"]
        for entry in evidence.lines("act")
        if away(evidence).begin <= entry["begun"] < back and "again" not in entry["answer"]
    ]
    titles = {answer["title"] for answer in answers if "title" in answer}
    notes = {answer["note"] for answer in answers if "note" in answer}
    tasks = {task["_id"] for task in evidence.tasks() if task["title"] in titles}
    relays = {relay["_id"] for relay in evidence.ours("relays") if relay["note"] in notes}
    return tasks | relays | {request for answer in answers if (request := _request(answer))}


def _request(answer: Json) -> str | None:
    """By what the API itself said, or by the trigger with which it came."""
    return answer.get("request") or (answer.get("json") or {}).get("request_id")
