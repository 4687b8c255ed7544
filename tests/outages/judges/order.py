"""Promise 3: what is said about one thing comes in the order in which it was to be said."""

from collections.abc import Iterator
from itertools import pairwise

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.violation import Violation
from tests.outages.judges.times import arrivals

_SAYS = "send_notification_activity"


def judge_order(evidence: Evidence) -> list[Violation]:
    """Compare the order of the messages with the order in which each workflow meant them."""
    came = arrivals(evidence)
    return [
        Violation("told once", "a message overtook an earlier one", history["id"], pair)
        for history in evidence.histories
        for pair in pairwise(_said(history, came))
        if pair[0][0] > pair[1][0]
    ]


def _said(history: Json, came: dict[str, float]) -> Iterator[tuple[float, str]]:
    """What a workflow said, as it meant it: when each message came, and which it is."""
    for step in sorted(history["steps"], key=lambda step: step["scheduled"]):
        if step["type"] == _SAYS and (key := _key(step["input"])) in came:
            yield came[key], key


def _key(notice: Json) -> str:
    about = notice.get("task_id") or notice["team_id"]
    to = notice.get("recipient") or notice.get("channel")
    return f"{about}:{notice['kind']}:{notice['moment']}:{to}"
