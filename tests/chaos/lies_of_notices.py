"""Ways to lie about what people were to be told: it was never planned, or left out for nothing."""

from collections.abc import Callable

from tests.chaos.evidence import Evidence
from tests.chaos.testimony import lifecycle_of, relay_of, task_of, trail_of
from tests.chaos.witnesses import (
    ANA,
    ASSIGNED,
    CLOSED_AT,
    COMPLETED,
    ENDED,
    OFFERED,
    REMINDER,
)

Lie = Callable[[Evidence], object]


def never_planned(*keys: str) -> Lie:
    """Neither the ledger nor anybody's DM knows of it."""

    def lie(evidence: Evidence) -> None:
        notices = evidence.documents["notices"]
        notices[:] = [row for row in notices if row["_id"] not in keys]
        for inbox in evidence.inboxes.values():
            inbox[:] = [m for m in inbox if m["metadata"]["event_payload"]["key"] not in keys]

    return lie


def take_back(evidence: Evidence) -> None:
    """Ana withdraws it at last, and Bo hears nothing of it."""
    relay_of(evidence).update(end="withdrawn", ended_by=ANA)


def cancel(evidence: Evidence) -> None:
    """It was cancelled, and Ana was told that it is completed."""
    trail_of(evidence)[4].update(kind="cancelled")
    task_of(evidence).update(status="cancelled")


def miss(evidence: Evidence) -> None:
    """The task stayed open for long, and nobody was reminded of it."""
    never_planned(REMINDER)(evidence)
    lifecycle_of(evidence)["steps"][2].update(scheduled=CLOSED_AT + 60, completed=CLOSED_AT + 61)


NOTICE_LIES: dict[str, tuple[str, Lie]] = {
    "nobody planned task_assigned": ("told once", never_planned(ASSIGNED)),
    "nobody planned relay_offered": ("told once", never_planned(OFFERED)),
    "nobody planned relay_ended": ("told once", never_planned(ENDED)),
    "nobody planned task_completed": ("told once", never_planned(COMPLETED)),
    "nobody planned task_cancelled": ("told once", cancel),
    "nobody planned task_taken_back": ("told once", take_back),
    "nobody planned relay_sent": ("told once", lambda e: relay_of(e).update(via="a program")),
    "a reminder that was missed never came": ("at the right time", miss),
}
"""By what is to be said of it: the promise, and the lie."""

LEFT_OUT: dict[str, tuple[str, float]] = {
    "a reminder that was true": (REMINDER, CLOSED_AT - 5),
    "the card of an open task": (ASSIGNED, CLOSED_AT - 5),
    "an offer of which nothing else tells": (OFFERED, CLOSED_AT + 5),
    "the end of a hand-over": (ENDED, CLOSED_AT + 5),
}
"""Notices that the ledger calls untrue, and when it says that it left them out."""
