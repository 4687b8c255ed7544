"""Promise 4: reminders come at their time, only while they are true, and say that they are late."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from tests.scenarios.people import buttons_of, text_of
from tests.storms.checks.histories import change_of, event_of
from tests.storms.checks.owners import CLOSED
from tests.storms.evidence import Evidence, Json, NoticeName, Violation

PROMISE = "at the right time"
_AFTER_DUE = {"reminder_day_before": -86_400, "reminder_due": 0, "reminder_overdue": 86_400}
_LOOKED_BEFORE = 0.3
"""Seconds. The ledger notes an attempt just before the last look at the task."""
_TAKES_AT_MOST = 30.0
"""Seconds between the beginning of a post and its moment by Slack's clock."""
_LATE = 300.0
_DOUBT = 15.0
_LABEL = "late: RelAI could not send it earlier"


class State(NamedTuple):
    """A task after a change, which took effect between the two moments."""

    earliest: float
    latest: float
    owner: str
    is_open: bool
    due: float | None

    def makes_true(self, name: NoticeName, creator: str) -> bool:
        """True if the reminder is true while the task is in this state."""
        told = {self.owner, creator} if name.kind == "reminder_overdue" else {self.owner}
        return self.is_open and self.due == _moment(name.moment) and name.recipient in told


def check_reminders(evidence: Evidence) -> Iterator[Violation]:
    """Look at each reminder that somebody sees, and for those that nobody sees."""
    states = states_of(evidence)
    creators = {task["_id"]: task["creator"] for task in evidence.tasks()}
    rows = {row["_id"]: row for row in evidence.ours("notices")}
    seen = {key: message for key, _, message in evidence.messages()}
    for key, message in seen.items():
        name, at = NoticeName.of(key), float(message["ts"])
        if name.kind in _AFTER_DUE and name.about in states:
            for what in _time_faults(name, message):
                yield Violation(PROMISE, what, key, message["ts"])
            maybe = _possible(states[name.about], _posted_at(at, rows.get(key, {})))
            if not any(each.makes_true(name, creators[name.about]) for each in maybe):
                yield Violation(PROMISE, "a reminder that was not true any more", key, at)
    for key in _expected(states):
        if key not in seen:
            yield Violation(PROMISE, "a reminder never came", key, rows.get(key))


def _expected(states: dict[str, list[State]]) -> Iterator[str]:
    """The reminders of tasks whose owner and due date have not changed since before that date."""
    for task_id, known in states.items():
        last = known[-1]
        if last.due and last.is_open and _is_set_before(known, last.due):
            date = datetime.fromtimestamp(last.due, UTC).isoformat()
            yield f"{task_id}:reminder_due:{date}:{last.owner}"


def states_of(evidence: Evidence) -> dict[str, list[State]]:
    """The states of each task, oldest first, by the steps that made them."""
    steps = {}
    for step in evidence.steps():
        if event := event_of(step):
            steps[event["id"]] = (step, change_of(step).get("due_at"))
        elif step["type"] == "create_task_activity":
            steps[step["input"]["request_id"]] = (step, step["input"].get("due_at"))
    return {
        task_id: list(_follow(trail, steps))
        for task_id, trail in evidence.trails().items()
        if all(event["_id"] in steps for event in trail)
    }


def _follow(trail: list[Json], steps: dict[str, tuple[Json, str | None]]) -> Iterator[State]:
    due = None
    for event in trail:
        step, named = steps[event["_id"]]
        due = _moment(named) if named else due
        is_open = event["kind"] not in CLOSED
        yield State(step["scheduled"], step["completed"], event["owner"], is_open, due)


def _possible(states: list[State], moment: float) -> list[State]:
    """The states in which the task may have been when RelAI last looked."""
    certain = [each for each in states if each.latest <= moment - _LOOKED_BEFORE]
    maybe = [each for each in states if each.earliest <= moment < each.latest + _LOOKED_BEFORE]
    return certain[-1:] + maybe


def _posted_at(ts: float, row: Json) -> float:
    """When the post began, by the ledger, as far as that can be true."""
    tries = [row.get(name) for name in ("attempted_at", "last_attempt_at")]
    earlier = [at for at in tries if at is not None and at <= ts]
    return max([ts - _TAKES_AT_MOST, *earlier]) if earlier else ts


def _time_faults(name: NoticeName, message: Json) -> Iterator[str]:
    late_by = float(message["ts"]) - datetime.fromisoformat(name.moment).timestamp()
    if late_by < _AFTER_DUE[name.kind]:
        yield "a reminder came before its time"
    if name.kind != "reminder_due" or not buttons_of(message):
        return  # the card of a closed task says that it is closed, and nothing else
    is_labelled = _LABEL in text_of(message)
    if late_by > _LATE + _DOUBT and not is_labelled:
        yield "a late reminder does not say so"
    if late_by < _LATE and is_labelled:
        yield "a reminder says that it is late, and is not"


def _is_set_before(states: list[State], due: float) -> bool:
    """True if owner and due date of the last state stood before the due date."""
    last = (states[-1].owner, states[-1].due)
    others = [n for n, each in enumerate(states) if (each.owner, each.due) != last]
    return states[max(others, default=-1) + 1].latest < due


def _moment(date: str) -> float:
    """As fine as MongoDB keeps it, in milliseconds."""
    moment = datetime.fromisoformat(date)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000).timestamp()
