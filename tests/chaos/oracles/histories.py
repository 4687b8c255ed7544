"""Promise 2 again: MongoDB holds what Temporal's histories say, and nothing else."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.violation import Violation

_PROMISE = "saved"
_HARMLESS = "UNHANDLED_COMMAND"
"""The server's way of saying that a signal came in the meantime: the workflow is to look again."""


def judge_histories(evidence: Evidence) -> list[Violation]:
    """Compare what was asked of each workflow with what it did, and that with what is stored."""
    stored = {event["_id"]: event for event in evidence.ours("task_events")}
    found: list[Violation] = []
    known: set[str] = set()
    for history in evidence.histories:
        found += [*_sound(history), *_carried_out(history), *_kept(history, stored)]
        known |= _caused(history)
    found += [
        Violation(_PROMISE, "an event that no history knows", name, stored[name])
        for name in stored.keys() - known
    ]
    return [*found, *_lives(evidence), *_at_rest(evidence)]


def change_of(step: Json) -> Json:
    """The change that a step was to apply, if it is one that does."""
    asked = step["input"] or {}
    return asked.get("change") or {} if isinstance(asked, dict) else {}


def event_of(step: Json) -> Json | None:
    """The event that a step led to, if it told one."""
    result = step["result"]
    event: Json | None = result.get("event") if isinstance(result, dict) else None
    return event


def _sound(history: Json) -> Iterator[Violation]:
    if history["status"] not in ("RUNNING", "COMPLETED", "CONTINUED_AS_NEW"):
        yield Violation(_PROMISE, "a workflow broke", history["id"], history)
    for failure in history["failed_tasks"]:
        if _HARMLESS not in failure:
            yield Violation(_PROMISE, "a workflow task failed", history["id"], failure)


def _carried_out(history: Json) -> Iterator[Violation]:
    """Every request that was signalled was decided."""
    decided = {change_of(step).get("id") for step in history["steps"]}
    for signal in history["signals"]:
        request = (signal["input"] or {}).get("id")
        if request is not None and request not in decided:
            yield Violation(_PROMISE, "a request was saved and not decided", request, signal)


def _kept(history: Json, stored: dict[str, Json]) -> Iterator[Violation]:
    """Every event that a step told is stored as it was told."""
    for step in history["steps"]:
        if (told := event_of(step)) is None:
            continue
        kept = stored.get(told["id"])
        names = ("task_id", "version", "kind", "actor", "owner", "relay_id", "settled")
        if kept is None or any(kept[name] != told[name] for name in names):
            yield Violation(_PROMISE, "an event is not stored as told", told["id"], (told, kept))


def _caused(history: Json) -> set[str]:
    """The events that a workflow's steps may have led to."""
    steps = {change_of(step).get("id") for step in history["steps"]}
    asked = {(step["input"] or {}).get("request_id") for step in history["steps"]}
    return {request for request in steps | asked if request}


def _at_rest(evidence: Evidence) -> Iterator[Violation]:
    """What was saved is done some day, once everything is mended."""
    for line in evidence.lines("not_quiet"):
        yield Violation(_PROMISE, "the system did not come to rest", "the run", line["pending"])


def _lives(evidence: Evidence) -> Iterator[Violation]:
    """A task is open as long as its lifecycle runs."""
    statuses: dict[str, set[str]] = {}
    for history in evidence.histories:
        statuses.setdefault(history["id"], set()).add(history["status"])
    for task in evidence.tasks():
        seen = statuses.pop(f"task-{task['_id']}", set())
        if task["status"] == "open" and "RUNNING" not in seen:
            yield Violation(_PROMISE, "an open task has no lifecycle", task["_id"], list(seen))
        if task["status"] != "open" and "RUNNING" in seen:
            yield Violation(_PROMISE, "a closed task's lifecycle still runs", task["_id"])
    for left in statuses:
        if left.startswith("task-"):
            yield Violation(_PROMISE, "a lifecycle without its task", left)
