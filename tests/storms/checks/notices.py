"""Promise 3: each notice that is owed is posted once, and the ledger says what is not certain."""

from collections.abc import Iterator

from tests.storms.evidence import Evidence, Json, NoticeName, Violation

PROMISE = "told once"
_FOUND_WITHIN = 1.5
"""Seconds from when an answer is given up until the history is read, which is after two."""
_READ_BEFORE_POST = 20.0  # waiting for its turn, and other calls
_UNTIL_CLOSED = ("task_assigned", "relay_sent")
_UNTIL_ENDED = ("relay_sent", "relay_offered", "relay_nudged")


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
        for what in _faults(evidence, row, seen.get(key, [])):
            yield Violation(PROMISE, what, key, (row, seen.get(key)))
    for key in _owed(evidence):
        if key not in rows:
            yield Violation(PROMISE, "an owed notice was never planned", key)


def _faults(evidence: Evidence, row: Json, seen: list[float]) -> list[str]:
    state, unknown_since = row["state"], row["unknown_since"]
    is_sent, is_skipped = state in ("sent", "reconciled"), state == "skipped"
    # A reminder that is not true any more may stay open; see `reminders` for those that are.
    is_open = state in ("planned", "ambiguous") and ":reminder_" not in row["_id"]
    first, is_double = min(seen, default=0), len(seen) > 1
    # Slack may take a message after the history has been read: only that excuses a second one.
    is_slow = unknown_since is not None and first > unknown_since + _FOUND_WITHIN
    is_unread = unknown_since is not None and first <= _read_at(row)
    is_unread = is_unread and row["reason"] != "history unreadable"
    faults = {
        "a notice is left undecided": is_open,
        "a notice failed": state == "failed",
        "a notice is called sent, and is not there": is_sent and not seen,
        "a notice was posted before the ledger said so": is_sent and row["attempted_at"] is None,
        "a notice is called skipped, and is there": is_skipped and seen and not is_slow,
        "a notice was skipped without a reason": is_skipped and not _is_of_no_use(evidence, row),
        "a notice was sent twice": is_double and unknown_since is None,
        "a notice was sent again though the history showed it": is_double and is_unread,
    }
    return [what for what, is_found in faults.items() if is_found]


def _read_at(row: Json) -> float:
    """The earliest moment at which the history may have been read before the last post."""
    last = float(row["last_attempt_at"] or 0)
    if row["unknown_since"] < last:
        return float(row["unknown_since"]) + _FOUND_WITHIN
    return last - _READ_BEFORE_POST


def _is_of_no_use(evidence: Evidence, row: Json) -> bool:
    """True if a notice that was skipped is about a closed task or an ended relay."""
    name = NoticeName.of(row["_id"])
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
        if relay["ended_by"] is None:
            yield about.format("relay_offered", relay["to_user"])
        if relay["ended_by"] != relay["from_user"]:
            yield about.format("relay_ended", relay["from_user"])
