"""Promise 1: one owner at each instant, and each relay ends exactly once."""

from collections import Counter
from collections.abc import Iterator

from tests.storms.evidence import Evidence, Json, Violation

PROMISE = "one owner"
CLOSED = ("completed", "cancelled")
_ENDS = {
    "relay_accepted": ("accepted",),
    "relay_declined": ("declined",),
    "relay_withdrawn": ("withdrawn",),
    "relay_expired": ("returned", "unanswered"),
    "relay_undeliverable": ("returned",),
}
_NEW_OWNER = {
    "relay_accepted": "to_user",
    "relay_declined": "from_user",
    "relay_withdrawn": "from_user",
    "relay_undeliverable": "from_user",
    "taken_back": "from_user",
}
_CLOCKS_APART = 0.5


def check_owners(evidence: Evidence) -> Iterator[Violation]:
    """Follow each trail, and compare it with the documents of the task and of its relays."""
    trails, relays, tasks = evidence.trails(), evidence.relays(), evidence.tasks()
    for name in ("_id", "number"):
        for value, times in Counter(task[name] for task in tasks).items():
            if times > 1:
                yield Violation(PROMISE, f"two tasks have one {name}", str(value))
    for task in tasks:
        trail = trails.pop(task["_id"], [])
        yield from _check_document(task, trail)
        yield from _check_trail(trail, relays)
    for task_id in trails:
        yield Violation(PROMISE, "events of a task that is not stored", task_id)
    yield from _check_ends(evidence, relays)


def _check_document(task: Json, trail: list[Json]) -> Iterator[Violation]:
    """The document agrees with the first and the last event."""
    if not trail or [event["version"] for event in trail] != [*range(1, len(trail) + 1)]:
        yield Violation(PROMISE, "the trail has gaps", task["_id"], trail)
        return
    first, last = trail[0], trail[-1]
    expected = {
        "owner": last["owner"],
        "version": last["version"],
        "creator": first["actor"],
        "status": last["kind"] if last["kind"] in CLOSED else "open",
    }
    for name, value in expected.items():
        if task[name] != value:
            yield Violation(PROMISE, f"the {name} contradicts the trail", task["_id"], last)


def _check_trail(trail: list[Json], relays: dict[str, Json]) -> Iterator[Violation]:
    """Each event leaves the owner that follows from it, and the last one closes the task."""
    owner, is_open = None, False
    for event in trail:
        kind, relay = event["kind"], relays.get(event["relay_id"], {})
        if is_open is (kind == "created"):
            yield Violation(PROMISE, "an event of a task that was not open", event["_id"], event)
        if owner is not None:
            owner = relay.get(_NEW_OWNER.get(kind, ""), owner)
            is_direct = kind == "relay_opened" and relay.get("mode") == "direct"
            owner = relay["to_user"] if is_direct else owner
            if event["owner"] != owner:
                yield Violation(PROMISE, "an event names the wrong owner", event["_id"], event)
        owner, is_open = event["owner"], kind not in CLOSED


def _check_ends(evidence: Evidence, relays: dict[str, Json]) -> Iterator[Violation]:
    """Each relay has one end in the trail, which is the end that its document has."""
    ends: dict[str, list[Json]] = {}
    for event in evidence.ours("task_events"):
        ended = event["relay_id"] if event["kind"] in _ENDS else event["settled"]
        if ended:
            ends.setdefault(ended, []).append(event)
    for name in ends.keys() - relays.keys():
        yield Violation(PROMISE, "a relay that is not stored has ended", name)
    for name, relay in relays.items():
        for what in _end_faults(relay, ends.get(name, [])):
            yield Violation(PROMISE, what, name, (relay, ends.get(name)))


def _end_faults(relay: Json, ends: list[Json]) -> Iterator[str]:
    if len(ends) != 1:
        yield "a relay did not end exactly once"
        return
    (event,) = ends
    if relay["end"] not in _ENDS.get(event["kind"], ("accepted", "withdrawn")):
        yield "a relay's end contradicts the trail"
    if relay["ended_by"] != event["actor"]:
        yield "a relay was ended by somebody else"
    is_early = relay["ended_at"] < relay["answer_by"] - _CLOCKS_APART
    if event["kind"] == "relay_expired" and is_early:
        yield "a relay's time ended early"
