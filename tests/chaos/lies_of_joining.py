"""Ways to lie about somebody who joined: none was onboarded as they should be."""

from collections.abc import Callable

from tests.chaos.evidence import Evidence, Json
from tests.chaos.witnesses import DUE, NEW, WELCOME, a_message, a_row, a_step, an_act

Lie = Callable[[Evidence], object]


def join(evidence: Evidence) -> Json:
    """Somebody joins, and all is well; their onboarding."""
    act = an_act(6, "join", user=NEW, joined="new")
    evidence.journal.append(act)
    evidence.inboxes[NEW] = [a_message(WELCOME, "Welcome")]
    evidence.documents["notices"].append(a_row(WELCOME))
    plan = a_step("plan_onboarding_activity", {}, {"tasks": []}, 61.0)
    onboarding = {
        "id": f"onboarding-T1-{NEW}",
        "type": "UserOnboardingWorkflow",
        "status": "RUNNING",
        "input": {"team_id": "T1", "user_id": NEW},
        "result": None,
        "signals": [],
        "steps": [plan],
        "failed_tasks": [],
    }
    evidence.histories.append(onboarding)
    return onboarding


def nobody_onboards(evidence: Evidence) -> None:
    join(evidence)
    evidence.histories.pop()


def twice(evidence: Evidence) -> None:
    evidence.histories.append(join(evidence))


def without_welcome(evidence: Evidence) -> None:
    join(evidence)
    evidence.inboxes[NEW].clear()


def without_task(evidence: Evidence) -> None:
    (plan,) = join(evidence)["steps"]
    plan["result"]["tasks"].append({"id": "T1-first", "due_at": DUE})


JOINING_LIES: dict[str, tuple[str, Lie]] = {
    "nobody onboards who joined": ("saved", nobody_onboards),
    "somebody is onboarded twice": ("told once", twice),
    "nobody welcomes who joined": ("told once", without_welcome),
    "a first task was never made": ("saved", without_task),
}
"""By what is to be said of it: the promise, and the lie."""
