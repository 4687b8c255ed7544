"""Nobody is flooded when the part is back: Slack takes a message a second for each person."""

from itertools import pairwise

from tests.chaos.evidence import Evidence
from tests.chaos.oracles.violation import Violation
from tests.outages.judges.times import notices

SECOND = 1.0
_AT_MOST = 2
"""Each message has a second of its own, but a call that is made late in its second and one that is
made early in the next may reach Slack within one. A third would have to skip a turn."""


def judge_pace(evidence: Evidence) -> list[Violation]:
    """Count the messages of each person within any second."""
    return [
        Violation("told once", "more messages than one a second", user, most)
        for user, most in most_within(evidence, SECOND).items()
        if most > _AT_MOST
    ]


def most_within(evidence: Evidence, seconds: float) -> dict[str, int]:
    """The largest number of messages to each person within any span of so many seconds."""
    return {
        user: _most([at for at, _, _ in notices(evidence, user)], seconds)
        for user in evidence.inboxes
    }


def shortest_gap(evidence: Evidence) -> float:
    """The least time between two messages to one person."""
    gaps = []
    for user in evidence.inboxes:
        moments = [at for at, _, _ in notices(evidence, user)]
        gaps += [later - earlier for earlier, later in pairwise(moments)]
    return min(gaps, default=float("inf"))


def _most(moments: list[float], seconds: float) -> int:
    return max(
        (sum(0 <= each - first < seconds for each in moments) for first in moments), default=0
    )
