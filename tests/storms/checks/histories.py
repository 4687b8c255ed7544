"""Promise 2 in Temporal: each saved request is decided, and each open task has a workflow."""

from collections.abc import Iterator

from tests.storms.evidence import Evidence, Json, Violation

PROMISE = "saved"
_HARMLESS = "UNHANDLED_COMMAND"
"""A signal arrived while the workflow was deciding; the server lets it decide again."""


def check_histories(evidence: Evidence) -> Iterator[Violation]:
    """Compare the requests of workflows with their steps, and workflows with tasks."""
    for entry in evidence.lines("settled"):
        if entry["pending"]:
            yield Violation(PROMISE, "the system did not come to rest", "", entry["pending"])
    for history in evidence.histories:
        yield from _check_soundness(history)
    yield from _check_requests(evidence)
    yield from _check_lifecycles(evidence)


def event_of(step: Json) -> Json | None:
    """The event that a step reported."""
    event: Json | None = step["result"].get("event") if isinstance(step["result"], dict) else None
    return event


def change_of(step: Json) -> Json:
    """The change that a step was to apply."""
    change: Json = (step["input"] or {}).get("change") or {}
    return change


def _check_soundness(history: Json) -> Iterator[Violation]:
    if history["status"] not in ("RUNNING", "COMPLETED", "CONTINUED_AS_NEW"):
        yield Violation(PROMISE, "a workflow broke", history["id"], history["status"])
    for failure in history["failed_tasks"]:
        if _HARMLESS not in failure:
            yield Violation(PROMISE, "a workflow task failed", history["id"], failure)


def _check_requests(evidence: Evidence) -> Iterator[Violation]:
    """A request that was signalled is decided, by that run of the workflow or by a later one."""
    decided = {change_of(step).get("id") for step in evidence.steps()}
    for history in evidence.histories:
        for signal in history["signals"]:
            request = (signal or {}).get("id")
            if request is not None and request not in decided:
                yield Violation(PROMISE, "a request was saved and not decided", request, signal)


def _check_lifecycles(evidence: Evidence) -> Iterator[Violation]:
    """A task is open as long as its lifecycle runs."""
    running: dict[str, bool] = {}
    for history in evidence.histories:
        if history["type"] == "TaskLifecycleWorkflow":
            is_running = history["status"] == "RUNNING"
            running[history["id"]] = running.get(history["id"], False) or is_running
    for task in evidence.tasks():
        if running.pop(f"task-{task['_id']}", None) is not (task["status"] == "open"):
            yield Violation(PROMISE, "a task and its lifecycle disagree", task["_id"], task)
    for name in running:
        yield Violation(PROMISE, "a lifecycle without its task", name)
