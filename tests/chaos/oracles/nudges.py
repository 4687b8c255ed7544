"""Promise 4 for hand-overs: nobody is nudged too early, or about what is answered."""

from collections.abc import Iterator
from math import inf

from tests.chaos.evidence import Evidence, Json, NoticeName, key_of
from tests.chaos.oracles.histories import event_of
from tests.chaos.oracles.posts import began
from tests.chaos.oracles.turns import LOOKED_BEFORE
from tests.chaos.oracles.violation import Violation

_PROMISE = "at the right time"
_CLOCKS_APART = 0.5
_GOES_ON = ("relay_opened", "relay_postponed")


def judge_nudges(evidence: Evidence) -> list[Violation]:
    """Look at each nudge that somebody sees: when it came, and whether it was still true."""
    relays = {relay["_id"]: relay for relay in evidence.ours("relays")}
    rows = {row["_id"]: row for row in evidence.ours("notices")}
    ends = _ends(evidence)
    return [
        violation
        for inbox in evidence.inboxes.values()
        for message in inbox
        if (key := key_of(message)) is not None and NoticeName.of(key).kind == "relay_nudged"
        if (relay := relays.get(NoticeName.of(key).moment)) is not None
        for violation in _complaints(key, message, rows.get(key), relay, ends)
    ]


def _complaints(
    key: str, message: Json, row: Json | None, relay: Json, ends: dict[str, float]
) -> Iterator[Violation]:
    if float(message["ts"]) < relay["nudge_at"] - _CLOCKS_APART:
        yield Violation(_PROMISE, "a nudge came before its moment", key, relay)
    if began(message, row) > ends.get(relay["_id"], inf) + LOOKED_BEFORE:
        yield Violation(_PROMISE, "a nudge about what was over", key, relay)


def _ends(evidence: Evidence) -> dict[str, float]:
    """When each hand-over was over for certain: the step that ended it had told so."""
    ends: dict[str, float] = {}
    for history in evidence.histories:
        for step in history["steps"]:
            if (event := event_of(step)) is None:
                continue
            subject = event["relay_id"] if event["kind"] not in _GOES_ON else None
            ends |= {over: step["completed"] for over in (subject, event["settled"]) if over}
    return ends
