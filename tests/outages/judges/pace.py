"""Nobody is flooded when the part is back: Slack takes a message a second for each person."""

from itertools import pairwise

from tests.chaos.evidence import Evidence
from tests.chaos.oracles.violation import Violation
from tests.outages.judges.times import notices

SECOND = 1.0
_AT_MOST = {SECOND: 3, 10 * SECOND: 12}
"""Messages within so many seconds, by Slack's clock. Each has a second of its own, but a call may
begin late in it: a worker that got no processor for a second makes two calls at once, and the next
one in its time. Ten seconds even that out: ten turns, one at either end, and one that was late."""


def judge_pace(evidence: Evidence) -> list[Violation]:
    """Count the messages of each person within any such time."""
    return [
        Violation("told once", "more messages than one a second", user, (seconds, most))
        for seconds, allowed in _AT_MOST.items()
        for user, most in most_within(evidence, seconds).items()
        if most > allowed
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
