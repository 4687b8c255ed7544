"""Ways to lie about what an act led to: another did it, or something else was done."""

from collections.abc import Callable

from tests.chaos.evidence import Evidence, Json
from tests.chaos.testimony import answer_to, lifecycle_of, relay_of, relaying_of, task_of, trail_of
from tests.chaos.witnesses import ANA, CY, an_api_act, an_event

Lie = Callable[[Evidence], object]


def creation_of(evidence: Evidence) -> Json:
    asked: Json = lifecycle_of(evidence)["steps"][0]["input"]
    return asked


def progress_of(evidence: Evidence) -> Json:
    change: Json = lifecycle_of(evidence)["steps"][1]["input"]["change"]
    return change


def hand_to_another(evidence: Evidence) -> None:
    """Everybody tells of Cy, and only whoever typed it knows that it was to be Bo."""
    relay_of(evidence).update(to_user=CY)
    relaying_of(evidence)["input"].update(to_user=CY)


def edit(evidence: Evidence, **change: str) -> None:
    """Somebody puts these fields right at last, and the document says nothing of it."""
    body = {"actor": ANA, "estimatedHandoff": "2026-03-05T10:00:00Z", "description": "so"}
    evidence.journal.append(an_api_act(6, "api_edit", "r6", body))
    event = an_event(5, "edited", ANA, ANA, id="r6", via="a program")
    trail_of(evidence).append(event)
    step = lifecycle_of(evidence)["steps"][1]
    lifecycle_of(evidence)["steps"].append(
        {
            **step,
            "input": {"change": {"id": "r6", **change}},
            "result": {"event": {**event, "id": "r6"}},
        }
    )


EFFECT_LIES: dict[str, tuple[str, Lie]] = {
    "something was done in another name than that of who asked": (
        "only who may",
        lambda e: answer_to(e, 4).update(user=CY, forged=True),
    ),
    "something was done that nobody asked for": (
        "only who may",
        lambda e: answer_to(e, 3).update(request="r9"),
    ),
    "another thing was done than was asked": (
        "saved",
        lambda e: trail_of(e)[4].update(kind="cancelled"),
    ),
    "another task than was asked for": (
        "saved",
        lambda e: answer_to(e, 5).update(asked="PATCH /api/tasks/T1-other"),
    ),
    "another number than was asked for": (
        "saved",
        lambda e: answer_to(e, 4)["wish"].update(number="T-2"),
    ),
    "another relay than was asked for": (
        "saved",
        lambda e: answer_to(e, 2).update(about="T1-other"),
    ),
    "another owner than was asked for": (
        "saved",
        lambda e: answer_to(e, 1)["wish"].update(owner=CY),
    ),
    "another receiver than was asked for": ("saved", hand_to_another),
    "another mode than was asked for": ("saved", lambda e: relay_of(e).update(mode="handshake")),
    "another progress than was asked for": ("saved", lambda e: progress_of(e).update(progress=6)),
    "another description than was asked for": ("saved", lambda e: edit(e, description="else")),
    "another due date than was asked for": ("saved", lambda e: edit(e, description="so")),
    "the title is not as last told": ("saved", lambda e: creation_of(e).update(title="Other")),
    "the description is not as last told": ("saved", lambda e: edit(e, description="so")),
    "the due_at is not as last told": ("saved", lambda e: task_of(e).update(due_at=None)),
    "the progress is not as last told": ("saved", lambda e: task_of(e).update(progress=60)),
}
"""By what is to be said of it: the promise, and the lie."""
