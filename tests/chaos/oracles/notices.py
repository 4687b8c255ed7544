"""Promise 3: each notice reaches its person once, and the ledger says so where it may not have."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json, NoticeName, key_of
from tests.chaos.oracles.left_out import came_too_late, had_expired
from tests.chaos.oracles.violation import Violation

_PROMISE = "told once"
_FOUND_WITHIN = 1.5
"""Seconds from when an answer is given up until what Slack has by then must have been found. The
product waits for two, since what is posted may not show at once."""
_READ_BEFORE_POST = 20.0
"""Seconds between a look at the history and the post: its turn, and the calls of others."""


def judge_notices(evidence: Evidence) -> list[Violation]:
    """Compare the ledger with what each person sees."""
    seen = _seen(evidence)
    rows = {row["_id"]: row for row in evidence.ours("notices")}
    found = [violation for row in rows.values() for violation in _row(evidence, row, seen)]
    for key, moments in seen.items():
        found += _once(key, sorted(moments), rows.get(key))
    return [*found, *_strangers(evidence)]


def was_ambiguous(row: Json) -> bool:
    """Whether the ledger ever said that it does not know."""
    return row["unknown_since"] is not None


def times_seen(evidence: Evidence) -> Counter[str]:
    """How often somebody sees each notice, however good the reason."""
    return Counter({key: len(moments) for key, moments in _seen(evidence).items()})


def _seen(evidence: Evidence) -> dict[str, list[float]]:
    """When each notice came, as often as it did, by its key."""
    seen = defaultdict(list)
    for inbox in evidence.inboxes.values():
        for message in inbox:
            if (key := key_of(message)) is not None:
                seen[key].append(float(message["ts"]))
    return dict(seen)


def _once(key: str, moments: list[float], row: Json | None) -> Iterator[Violation]:
    if row is None:
        yield Violation(_PROMISE, "a notice that is in no ledger", key)
    elif len(moments) > 1 and not was_ambiguous(row):
        yield Violation(_PROMISE, "a notice was seen twice", key, (moments, row))
    elif len(moments) > 1 and not _came_late(row, moments) and not _unreadable(row):
        what = "a notice was sent again though the history showed it"
        yield Violation(_PROMISE, what, key, (moments, row))


def _came_late(row: Json, moments: list[float]) -> bool:
    """Whether Slack took the first one so late that no history showed it before the next post."""
    return was_ambiguous(row) and min(moments) > _read_before_last_post(row)


def _came_after_all(row: Json, moments: list[float]) -> bool:
    """Whether Slack took it so late that the history did not show it, and it was given up."""
    return was_ambiguous(row) and min(moments) > row["unknown_since"] + _FOUND_WITHIN


def _read_before_last_post(row: Json) -> float:
    """The earliest moment at which that may have been.

    If the last post was given up as well, the ledger does not say when the one before it was.
    """
    last: float = row["last_attempt_at"]
    was_heard_of = row["unknown_since"] < last
    return float(row["unknown_since"] + _FOUND_WITHIN) if was_heard_of else last - _READ_BEFORE_POST


def _unreadable(row: Json) -> bool:
    return bool(row["reason"] == "history unreadable")


def _row(evidence: Evidence, row: Json, seen: dict[str, list[float]]) -> Iterator[Violation]:
    key, state = row["_id"], row["state"]
    has_left = came_too_late(evidence, row)
    if state in ("planned", "ambiguous"):
        yield Violation(_PROMISE, "a notice is in limbo", key, row)
    if state in ("sent", "reconciled") and key not in seen:
        yield Violation(_PROMISE, "a notice is called sent, and is not there", key, row)
    if state == "skipped" and key in seen and not _came_after_all(row, seen[key]):
        yield Violation(_PROMISE, "a notice is called skipped, and is there", key, row)
    if state == "skipped" and not (has_left or had_expired(evidence, row)):
        yield Violation(_PROMISE, "a notice was skipped without a reason", key, row)
    if state == "failed" and not has_left:
        yield Violation(_PROMISE, "a notice failed", key, row)


def _strangers(evidence: Evidence) -> Iterator[Violation]:
    """A notice is for its recipient's eyes."""
    for user, inbox in evidence.inboxes.items():
        for message in inbox:
            if (key := key_of(message)) and NoticeName.of(key).recipient != user:
                yield Violation("only who may", "a notice in the wrong hands", key, user)
