"""Promise 3: each notice that is owed is posted once, and the ledger says what is not certain."""

from collections.abc import Iterator

from tests.storms.evidence import Evidence, Json, NoticeName, Violation

PROMISE = "told once"
_FOUND_WITHIN = 1.5
"""Seconds from when an answer is given up until the history is read, which is after two."""
_READ_BEFORE_POST = 20.0
"""Seconds between reading the history and the post: waiting for its turn, and other calls."""
_UNTIL_CLOSED = ("task_assigned", "relay_sent")
_UNTIL_ENDED = ("relay_sent", "relay_offered", "relay_nudged")
"""Notices that are of no use once the task is closed, or once the relay has ended."""


def check_notices(evidence: Evidence) -> Iterator[Violation]:
    """Compare the ledger with the messages, and the relays with the ledger."""
    seen: dict[str, list[float]] = {}
    for key, user, message in evidence.messages():
        seen.setdefault(key, []).append(float(message["ts"]))
        if NoticeName.of(key).recipient != user:
            yield Violation("only who may", "a notice of somebody else", key, user)
    rows = {row["_id"]: row for row in evidence.ours("notices")}
    for key in seen.keys() - rows.keys():
        yield Violation(PROMISE, "a notice is in no ledger", key)
    for key, row in rows.items():
        for what in (
            *_state_faults(evidence, row, seen.get(key, [])),
            *_twice(row, seen.get(key, [])),
        ):
            yield Violation(PROMISE, what, key, (row, seen.get(key)))
    for key in _owed(evidence):
        if key not in rows:
            yield Violation(PROMISE, "an owed notice was never planned", key)


def _state_faults(evidence: Evidence, row: Json, seen: list[float]) -> Iterator[str]:
    state, ambiguous_since = row["state"], row["unknown_since"]
    if state in ("planned", "ambiguous"):
        yield "a notice is left undecided"
    if state == "failed":
        yield "a notice failed"
    if state in ("sent", "reconciled") and not seen:
        yield "a notice is called sent, and is not there"
    if state in ("sent", "reconciled") and row["attempted_at"] is None:
        yield "a notice was posted before the ledger said so"
    if state == "skipped":
        late = (
            ambiguous_since is not None and min(seen, default=0) > ambiguous_since + _FOUND_WITHIN
        )
        if seen and not late:
            yield "a notice is called skipped, and is there"
        if not _is_of_no_use(evidence, NoticeName.of(row["_id"])):
            yield "a notice was skipped without a reason"


def _twice(row: Json, seen: list[float]) -> Iterator[str]:
    """A second message is excused if Slack took the first after the history had been read."""
    if len(seen) < 2:
        return
    if row["unknown_since"] is None:
        yield "a notice was sent twice"
    elif min(seen) <= _history_read_at(row) and row["reason"] != "history unreadable":
        yield "a notice was sent again though the history showed it"


def _history_read_at(row: Json) -> float:
    """The earliest moment at which the history may have been read before the last post."""
    last = float(row["last_attempt_at"] or 0)
    if row["unknown_since"] < last:
        return float(row["unknown_since"]) + _FOUND_WITHIN
    return last - _READ_BEFORE_POST


def _is_of_no_use(evidence: Evidence, name: NoticeName) -> bool:
    """Whether a notice that was skipped is about a closed task or an ended relay."""
    if name.kind.startswith("reminder_"):
        return True  # see `reminders`
    task = next((each for each in evidence.tasks() if each["_id"] == name.about), None)
    relay = evidence.relays().get(name.moment)
    is_closed = task is not None and task["status"] != "open"
    is_ended = relay is not None and relay["end"] is not None
    return (name.kind in _UNTIL_CLOSED and is_closed) or (name.kind in _UNTIL_ENDED and is_ended)


def _owed(evidence: Evidence) -> Iterator[str]:
    """The notices that are owed for certain: a new task, an offer, the end of a relay."""
    for task in evidence.tasks():
        if task["status"] == "open" and task["version"] == 1:
            yield f"{task['_id']}:task_assigned:created:{task['owner']}"
    for relay in evidence.ours("relays"):
        about = f"{relay['task_id']}:{{}}:{relay['_id']}:{{}}"
        if relay["ended_by"] in (None, relay["to_user"]):
            yield about.format("relay_offered", relay["to_user"])
        if relay["ended_by"] != relay["from_user"]:
            yield about.format("relay_ended", relay["from_user"])
