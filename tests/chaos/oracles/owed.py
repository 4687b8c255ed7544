"""Promises 1 and 3: whoever is to be told of a beginning or an end has a notice in the ledger.

Written once more from what happened, as docs/architecture.md has it; what became of each notice is
judged elsewhere. Nothing of `relai_core.domain.telling` is used, so that the two can disagree.
"""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.violation import Violation

_HOPS_KEPT = 20
"""Owners that a task remembers, and that are told of its end."""
_CLOSED = ("completed", "cancelled")


def judge_owed(evidence: Evidence) -> list[Violation]:
    """Look for the row of each notice that has to be there."""
    ledger = {row["_id"] for row in evidence.ours("notices")}
    return [
        Violation("told once", f"nobody planned {key.split(':')[1]}", key)
        for key in _owed(evidence)
        if key not in ledger
    ]


def _owed(evidence: Evidence) -> Iterator[str]:
    relays = {relay["_id"]: relay for relay in evidence.ours("relays")}
    first_seen = _first_seen(evidence)
    for task in evidence.tasks():
        trail = evidence.trail(task["_id"])
        for place, event in enumerate(trail):
            if event["kind"] == "created":
                yield from _of_creation(event, first_seen.get(task["_id"], {}))
            elif event["kind"] in _CLOSED:
                yield from _of_closing(trail[: place + 1], relays)
            elif event["kind"] == "taken_back" and event["relay_id"] in relays:
                holder = relays[event["relay_id"]]["to_user"]
                yield f"{task['_id']}:task_taken_back:{event['_id']}:{holder}"
    for relay in relays.values():
        yield from _of_relay(evidence, relay, first_seen.get(relay["_id"], {}))


def _first_seen(evidence: Evidence) -> dict[str, Json]:
    """Each task and each relay as the step that made it saw it: later, if its answer was lost."""
    results: dict[str, Json] = {}
    for history in evidence.histories:
        for step in history["steps"]:
            if step["type"] == "create_task_activity":
                results[step["result"]["id"]] = step["result"]
            elif step["type"] == "relay_task_activity" and (relay := step["result"].get("relay")):
                results[relay["id"]] = relay
    return results


def _of_creation(event: Json, seen: Json) -> Iterator[str]:
    """The first owner gets the card; of a task that has moved on by then, whoever has it."""
    if seen.get("version", 1) == 1:
        yield f"{event['task_id']}:task_assigned:created:{event['owner']}"
    elif seen["status"] == "open":
        yield f"{event['task_id']}:task_assigned:created:{seen['owner']}"


def _of_closing(trail: list[Json], relays: dict[str, Json]) -> Iterator[str]:
    """Creator and owners hear of it, but who did it and who hears of it from their hand-over."""
    closing, owners = trail[-1], [trail[0]["owner"]]
    for event in trail[1:]:
        owners += [event["owner"]] if event["owner"] != owners[-1] else []
    told = {closing["actor"]} if closing["via"] is None else set()
    if (settled := relays.get(closing["settled"] or "")) is not None:
        told |= {settled["from_user"]} - {closing["actor"]}
    for person in {trail[0]["actor"], *owners[-_HOPS_KEPT:]} - told:
        yield f"{closing['task_id']}:task_{closing['kind']}:{closing['_id']}:{person}"


def _of_relay(evidence: Evidence, relay: Json, seen: Json) -> Iterator[str]:
    """The receiver is asked, and told if it is taken away; the sender is told the end."""
    about = f"{relay['task_id']}:{{}}:{relay['_id']}:{{}}"
    if seen.get("end") is None:
        yield about.format("relay_offered", relay["to_user"])
        if relay.get("via"):
            yield about.format("relay_sent", relay["from_user"])
    if relay["end"] is None:
        return
    if relay["ended_by"] != relay["from_user"]:
        yield about.format("relay_ended", relay["from_user"])
    if relay["end"] != "withdrawn" or relay["ended_by"] == relay["to_user"]:
        return
    # Who held a task that was closed hears of that.
    by_closing = any(event["settled"] == relay["_id"] for event in evidence.trail(relay["task_id"]))
    if not (by_closing and relay["mode"] == "direct"):
        yield about.format("task_taken_back", relay["to_user"])
