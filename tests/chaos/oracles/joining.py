"""Promises 2 and 3 for newcomers: whoever joins is welcomed, once, and given the first tasks."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json, key_of
from tests.chaos.oracles.faults import troubles
from tests.chaos.oracles.violation import Violation

_LAST_SENT_AFTER = 360.0
"""Seconds after which Slack sends an event for the last time: at once, after one minute and five
more. Only what is broken then can cost it, for what broke one of the earlier ones is mended."""
_DOUBT = 15.0


def judge_joining(evidence: Evidence) -> list[Violation]:
    """Look for the onboarding of everyone who joined: the sandbox sends its events again."""
    return [
        violation
        for entry in evidence.lines("act")
        if "joined" in entry["answer"] and not _may_be_given_up(evidence, entry["begun"])
        for violation in _complaints(evidence, entry["answer"]["user"])
    ]


def _complaints(evidence: Evidence, user: str) -> Iterator[Violation]:
    onboardings = [
        history
        for history in evidence.histories
        if history["type"] == "UserOnboardingWorkflow" and history["input"]["user_id"] == user
    ]
    if not onboardings:
        yield Violation("saved", "nobody onboards who joined", user)
    if len(onboardings) > 1:
        yield Violation("told once", "somebody is onboarded twice", user, onboardings)
    welcome = f"{evidence.team}:welcome:joined:{user}"
    if welcome not in map(key_of, evidence.inboxes.get(user, [])):
        yield Violation("told once", "nobody welcomes who joined", user)
    made = {task["_id"] for task in evidence.tasks()}
    for task in _first_tasks(onboardings):
        if task not in made:
            yield Violation("saved", "a first task was never made", task, user)


def _first_tasks(onboardings: list[Json]) -> Iterator[str]:
    for onboarding in onboardings:
        for step in onboarding["steps"]:
            if step["type"] == "plan_onboarding_activity":
                yield from (task["id"] for task in step["result"]["tasks"])


def _may_be_given_up(evidence: Evidence, begun: float) -> bool:
    last = begun + _LAST_SENT_AFTER
    return any(trouble.is_felt(last - _DOUBT, last + _DOUBT) for trouble in troubles(evidence))
