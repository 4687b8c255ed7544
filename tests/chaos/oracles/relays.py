"""Promise 1, second half: every relay ends in exactly one way, and its sender is told which."""

from tests.chaos.evidence import Evidence, Json, NoticeName, key_of
from tests.chaos.oracles.left_out import came_too_late
from tests.chaos.oracles.owners import stories
from tests.chaos.oracles.violation import Violation
from tests.scenarios.people import text_of

ENDS = {
    "accepted": ("accepted",),
    "declined": ("declined",),
    "returned": ("came back", "did not get there"),
    "withdrawn": ("taken back", "withdrawn"),
    "unanswered": ("hasn't answered",),
}
"""What a message to the sender says of each."""
_PROMISE = "one owner"


def judge_relays(evidence: Evidence) -> list[Violation]:
    """Compare what is stored of each relay with the trail, the workflow and the sender's DM."""
    ends: dict[str, list[tuple[str, str | None]]] = {}
    for story in stories(evidence):
        ends |= story.ends
    workflows = {
        history["id"]: history
        for history in evidence.histories
        if history["type"] == "TaskRelayWorkflow"
    }
    found = []
    for relay in evidence.ours("relays"):
        workflow = workflows.pop(f"relay-{relay['_id']}", None)
        found += [
            *_ended_once(relay, ends.get(relay["_id"], [])),
            *_as_in_history(relay, workflow),
            *_sender_told(evidence, relay),
        ]
    return found + [found_one for each in workflows.values() for found_one in _never_opened(each)]


def _ended_once(relay: Json, ends: list[tuple[str, str | None]]) -> list[Violation]:
    if relay["end"] is None:
        return [Violation(_PROMISE, "a relay is in limbo", relay["_id"], relay)]
    if ends != [(relay["end"], relay["ended_by"])]:
        return [Violation(_PROMISE, "a relay's end contradicts the trail", relay["_id"], ends)]
    return []


def _as_in_history(relay: Json, workflow: Json | None) -> list[Violation]:
    if workflow is None:
        return [Violation(_PROMISE, "a relay without a workflow", relay["_id"], relay)]
    if workflow["status"] != "COMPLETED":
        return [Violation(_PROMISE, "a relay's workflow has not ended", relay["_id"], workflow)]
    found = []
    if workflow["result"]["end"] != relay["end"]:
        result = workflow["result"]
        found.append(Violation(_PROMISE, "a workflow tells another end", relay["_id"], result))
    asked = {name: workflow["input"][name] for name in ("from_user", "to_user", "mode")}
    if any(relay[name] != value for name, value in asked.items()):
        found.append(Violation(_PROMISE, "a relay is not what was asked for", relay["_id"], asked))
    return found


def _never_opened(workflow: Json) -> list[Violation]:
    """A workflow without a relay must know why there is none."""
    result = workflow["result"] or {}
    if workflow["status"] == "COMPLETED" and result.get("refusal") and not result.get("end"):
        return []
    return [Violation(_PROMISE, "a workflow without its relay", workflow["id"], workflow)]


def _sender_told(evidence: Evidence, relay: Json) -> list[Violation]:
    sender = relay["from_user"]
    if relay["end"] is None or sender_ended(evidence, relay):
        return []
    if evidence.left(sender, relay["ended_at"]) or _came_too_late(evidence, relay):
        return []
    # In whose name a program closed the task, they hear of that.
    about_task = [f"{relay['task_id']}:task_{how}:" for how in ("completed", "cancelled")]
    closings = tuple(about_task) if relay["ended_by"] == sender else ()
    for message in evidence.inboxes.get(sender, []):
        key = key_of(message) or ""
        if _tells_end(key, relay, message) or key.startswith(closings):
            return []
    what = f"the sender of a relay that was {relay['end']} is not told"
    return [Violation(_PROMISE, what, relay["_id"], relay)]


def _came_too_late(evidence: Evidence, relay: Json) -> bool:
    key = f"{relay['task_id']}:relay_ended:{relay['_id']}:{relay['from_user']}"
    return any(
        came_too_late(evidence, row) for row in evidence.ours("notices") if row["_id"] == key
    )


def _tells_end(key: str, relay: Json, message: Json) -> bool:
    if not key.startswith(f"{relay['task_id']}:relay_ended:"):
        return False
    said = text_of(message)
    words = ENDS[relay["end"]]
    return NoticeName.of(key).moment == relay["_id"] and any(word in said for word in words)


def sender_ended(evidence: Evidence, relay: Json) -> bool:
    """Whether the sender ended it with their own hands, and not a program in their name."""
    if relay["ended_by"] != relay["from_user"]:
        return False
    ending = [
        event
        for event in evidence.trail(relay["task_id"])
        if relay["_id"] == event["settled"]
        or (event["relay_id"] == relay["_id"] and event["kind"] == "relay_withdrawn")
    ]
    return any(event.get("via") is None for event in ending)
