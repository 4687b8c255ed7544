"""Promise 3: told once, and not all at once. Slack takes a message a second for each person."""

from itertools import pairwise
from math import inf

from tests.chaos.evidence import Evidence, key_of
from tests.chaos.oracles.violation import Violation

SECOND = 1.0


def judge_pace(evidence: Evidence) -> list[Violation]:
    """Measure, by Slack's clock, what lies between any two messages that are known to be sent."""
    return [
        Violation("told once", "less than a second between two messages", user, gap)
        for user in evidence.inboxes
        if (gap := least_between(evidence, user)) < SECOND
    ]


def least_between(evidence: Evidence, user: str) -> float:
    """Seconds between the two messages to somebody that came closest; infinite for fewer.

    Only those of which the ledger knows that Slack answered: it may take another one whenever it
    likes, when nobody waits for its answer any more.
    """
    answered = {row["_id"]: row["ts"] for row in evidence.ours("notices") if row["state"] == "sent"}
    moments = sorted(
        float(message["ts"])
        for message in evidence.inboxes[user]
        if answered.get(key_of(message)) == message["ts"]
    )
    return min((later - earlier for earlier, later in pairwise(moments)), default=inf)
