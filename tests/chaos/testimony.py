"""What the witnesses of the true story said, to be changed by a lie."""

from tests.chaos.evidence import Evidence, Json
from tests.chaos.witnesses import BO


def task_of(evidence: Evidence) -> Json:
    return evidence.documents["tasks"][0]


def relay_of(evidence: Evidence) -> Json:
    return evidence.documents["relays"][0]


def trail_of(evidence: Evidence) -> list[Json]:
    return evidence.documents["task_events"]


def row_of(evidence: Evidence, key: str) -> Json:
    return next(row for row in evidence.documents["notices"] if row["_id"] == key)


def reminder_of(evidence: Evidence) -> Json:
    return evidence.inboxes[BO][1]


def lifecycle_of(evidence: Evidence) -> Json:
    return evidence.histories[0]


def relaying_of(evidence: Evidence) -> Json:
    return evidence.histories[1]


def answer_to(evidence: Evidence, number: int) -> Json:
    """What came of the act of this number."""
    acts = evidence.lines("act")
    answer: Json = next(act["answer"] for act in acts if act["number"] == number)
    return answer
