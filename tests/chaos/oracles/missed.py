"""Promise 4: whoever has a task that comes due is reminded of it, however bad the hour."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from math import inf

from tests.chaos.evidence import Evidence, key_of
from tests.chaos.oracles.faults import troubles
from tests.chaos.oracles.turns import Turn, turns_of
from tests.chaos.oracles.violation import Violation

_GOES_OUT_WITHIN = 75.0
"""Seconds: the longest pause before a retry is a minute. After it nobody can be too late."""
_AT_REST_WITHIN = 10.0
"""Seconds from a due date to its reminder when everything is mended."""
_PLANNED_BY = ("worker", "temporal", "mongodb")
"""While Slack is away a reminder is planned all the same, and the ledger says what became of it."""
_NOT_SENT = ("skipped", "failed")
"""Those are the ledger's to explain, see `notices`."""


def judge_missed(evidence: Evidence) -> list[Violation]:
    """Look for the reminder of each task that came due and stayed as it was long enough."""
    seen = {key_of(message) for inbox in evidence.inboxes.values() for message in inbox}
    rows = {row["_id"]: row for row in evidence.ours("notices")}
    return [
        Violation("at the right time", "a reminder that was missed never came", key, rows.get(key))
        for key in _expected(evidence)
        if key not in seen and rows.get(key, {}).get("state") not in _NOT_SENT
    ]


def _expected(evidence: Evidence) -> Iterator[str]:
    """The reminders that had to go out before the task changed, or before the run was over."""
    ends = [line["at"] for line in evidence.journal if line["line"] in ("quiet", "not_quiet")]
    over = max(ends, default=inf)
    for task_id, turns in turns_of(evidence).items():
        for begin, end in _stretches(turns):
            due = begin.due
            if not begin.is_open or due is None or due <= begin.latest:
                continue
            wanted = max(due, *_rests(evidence, begin.owner))
            possible = _possible(evidence, wanted)
            if wanted + _AT_REST_WITHIN < over and possible + _GOES_OUT_WITHIN < end:
                date = datetime.fromtimestamp(due, UTC).isoformat()
                yield f"{task_id}:reminder_due:{date}:{begin.owner}"


def _possible(evidence: Evidence, wanted: float) -> float:
    """When it could be planned at last, if what plans it was away for long by then."""
    aways = [
        trouble
        for trouble in troubles(evidence)
        if trouble.kind == "away" and trouble.target in _PLANNED_BY
    ]
    felt = [away.end for away in aways if away.is_felt(wanted, wanted + _AT_REST_WITHIN)]
    return max([wanted, *felt])


def _stretches(turns: Sequence[Turn]) -> Iterator[tuple[Turn, float]]:
    """The turns from which on owner and due date stood, and until when they did."""
    begins = [turn for i, turn in enumerate(turns) if i == 0 or not turn.is_like(turns[i - 1])]
    for begin, following in zip(begins, [*begins[1:], None], strict=True):
        yield begin, following.earliest if following else inf


def _rests(evidence: Evidence, person: str) -> list[float]:
    """The moments until which somebody wanted to hear nothing."""
    return [0.0, *(rest["until"] for rest in evidence.lines("rests") if rest["user"] == person)]
