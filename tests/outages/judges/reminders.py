"""Promise 4 after an outage: what comes late says how late it is."""

from datetime import datetime, timedelta

from tests.chaos.evidence import Evidence, Json, NoticeName
from tests.chaos.oracles.violation import Violation
from tests.outages.judges.times import notices
from tests.scenarios.people import text_of

_PROMISE = "at the right time"
_LATE = timedelta(minutes=5).total_seconds()
_LABEL = "late: RelAI could not send it earlier"
_DOUBT = 15.0
"""Seconds between the look at the clock that the label goes by, and the post."""
_DUE = "reminder_due"


def judge_labels(evidence: Evidence) -> list[Violation]:
    """Compare what each reminder says of its lateness with how late it came."""
    found = []
    for user in evidence.inboxes:
        for at, key, message in notices(evidence, user):
            if NoticeName.of(key).kind == _DUE and (what := _mislabelled(at, key, message)):
                found.append(Violation(_PROMISE, what, key, (at, text_of(message))))
    return found


def late_ones(evidence: Evidence) -> list[str]:
    """The reminders that say that they are late."""
    return [
        key
        for user in evidence.inboxes
        for _, key, message in notices(evidence, user)
        if NoticeName.of(key).kind == _DUE and _LABEL in text_of(message)
    ]


def _mislabelled(at: float, key: str, message: Json) -> str | None:
    late_by = at - datetime.fromisoformat(NoticeName.of(key).moment).timestamp()
    if _is_closed(message):
        return None  # a card of a closed task says that it is closed, and nothing else
    has_label = _LABEL in text_of(message)
    if late_by > _LATE + _DOUBT and not has_label:
        return "a late reminder does not say that it is late"
    if late_by < _LATE and has_label:
        return "a reminder calls itself late, and is not"
    return None


def _is_closed(message: Json) -> bool:
    return not any(block["type"] == "actions" for block in message.get("blocks") or [])
