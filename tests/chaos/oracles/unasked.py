"""Promise 5 from the other side: nothing was done in anybody's name that nobody asked for."""

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.acts import acts
from tests.chaos.oracles.effects import Effects, actor_of, kinds_of
from tests.chaos.oracles.saved import requests_of
from tests.chaos.oracles.violation import Violation


def judge_unasked(evidence: Evidence) -> list[Violation]:
    """Look for the act behind each event that is not the clock's.

    Where nobody heard an answer, and the act bears no mark, its person and its kind have to do.
    """
    known = Effects(evidence)
    done = acts(evidence)
    asked = {effect.event["_id"] for act in done for effect in known.of(act["answer"])}
    unnamed = {
        (actor_of(act["answer"]), kind)
        for act in done
        if "nothing" not in act["answer"] and not requests_of(evidence, act["answer"])
        for kind in kinds_of(act)
    }
    given = _given_to_newcomers(evidence)
    return [
        Violation("only who may", "something was done that nobody asked for", event["_id"], event)
        for event in evidence.ours("task_events")
        if event["actor"] is not None
        and event["_id"] not in asked
        and event["task_id"] not in given
        and not unnamed & {(event["actor"], event["kind"]), (None, event["kind"])}
    ]


def _given_to_newcomers(evidence: Evidence) -> set[str]:
    """The tasks that an onboarding makes in the name of whoever joined."""
    plans: list[Json] = [
        step["result"]
        for history in evidence.histories
        if history["type"] == "UserOnboardingWorkflow"
        for step in history["steps"]
        if step["type"] == "plan_onboarding_activity"
    ]
    return {task["id"] for plan in plans for task in plan["tasks"]}
