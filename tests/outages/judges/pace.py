"""Nobody is flooded when the part is back: Slack takes a message a second for each person."""

from itertools import pairwise
from math import inf

from tests.chaos.evidence import Evidence
from tests.chaos.oracles.violation import Violation
from tests.outages.judges.times import notices

SECOND = 1.0


def judge_pace(evidence: Evidence) -> list[Violation]:
    """Measure what lies between any two messages to one person, by Slack's clock."""
    return [
        Violation("told once", "less than a second between two messages", user, gap)
        for user in evidence.inboxes
        if (gap := least_between(evidence, user)) < SECOND
    ]


def least_between(evidence: Evidence, user: str) -> float:
    """Seconds between the two messages to somebody that came closest; infinite for fewer."""
    moments = [at for at, _, _ in notices(evidence, user)]
    return min((later - earlier for earlier, later in pairwise(moments)), default=inf)
