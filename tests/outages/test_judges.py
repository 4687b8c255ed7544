"""Each judge of an outage is fed a true story in which one witness lies, and complains."""

from collections.abc import Callable

import pytest

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.fairness import judge_fairness
from tests.chaos.oracles.missed import judge_missed
from tests.chaos.oracles.violation import Violation
from tests.chaos.oracles.windows import judge_windows
from tests.outages.catching_up import caught_up
from tests.outages.judges import JUDGES
from tests.outages.report import report, tries
from tests.outages.witnesses import (
    AWAY,
    BACK,
    BO,
    DUE_AT,
    LABEL,
    OFFERED,
    REMINDER,
    TASK,
    WINDOW,
    a_message,
    a_true_story,
    an_act,
    completing,
    without_slack,
)

Lie = Callable[[Evidence], object]


_TRIED = (*JUDGES, judge_fairness, judge_missed, judge_windows)
"""The judges of an outage, and those that it shares with chaos."""


def _found(evidence: Evidence) -> list[Violation]:
    return [found for one in _TRIED for found in one(evidence)]


def _complaints(evidence: Evidence) -> set[str]:
    return {found.what for found in _found(evidence)}


def _inbox(evidence: Evidence) -> list[Json]:
    return evidence.inboxes[BO]


def _relay(evidence: Evidence) -> Json:
    return evidence.documents["relays"][0]


def _answered(outcome: str, said: str = "") -> Lie:
    """Somebody types while the worker is away, so that the bot could have answered."""

    def lie(evidence: Evidence) -> None:
        without_slack(evidence, "worker")
        evidence.journal[2] = an_act(
            1, "create", typed="/task new", title="Errand x1", outcome=outcome, said=said
        )

    return lie


LIES: dict[str, Lie] = {
    "a call without a fair answer": lambda e: e.journal.append(
        an_act(3, "api_create", asked="POST /api/tasks", status=500, json=None)
    ),
    "a call without an answer": lambda e: e.journal.append(
        an_act(3, "api_create", asked="POST /api/tasks", unknown="…")
    ),
    "a call was answered late": lambda e: e.journal.append(
        an_act(3, "api_create", asked="POST /api/tasks", status=503, json={}, took=3.5)
    ),
    "a person saw Slack's error though nothing was broken on the way": _answered(
        outcome="operation_timeout"
    ),
    "a text was not given back": _answered(outcome="ok", said="…, so nothing was saved."),
    "a message overtook an earlier one": lambda e: _inbox(e)[0].update(ts=f"{BACK + 20}"),
    "a late reminder does not say that it is late": lambda e: _inbox(e)[1].update(
        a_message(REMINDER, BACK + 11)
    ),
    "a reminder calls itself late, and is not": lambda e: _inbox(e)[1].update(
        a_message(REMINDER, DUE_AT + 30, LABEL)
    ),
    "a reminder that was missed never came": lambda e: _inbox(e).pop(1),
    "a window ended before its time": lambda e: _relay(e).update(ended_at=BACK + 60),
    "a window ended long after its time": lambda e: _relay(e).update(ended_at=BACK + 3 * WINDOW),
    "a hand-over ended though nobody was asked": lambda e: _inbox(e).pop(2),
    "a receiver who was asked late had no whole window": lambda e: _relay(e).update(
        answer_by=AWAY + 2 * WINDOW
    ),
    "a history grew by trying": lambda e: e.histories[0].update(events=200),
}


def test_a_true_story_is_believed() -> None:
    """Otherwise the complaints below would prove nothing."""
    assert _complaints(a_true_story()) == set()


@pytest.mark.parametrize("complaint", LIES)
def test_a_lie_is_heard(complaint: str) -> None:
    evidence = a_true_story()

    LIES[complaint](evidence)

    assert complaint in _complaints(evidence)


def test_a_sender_may_name_the_end_of_the_window() -> None:
    """Then it stands, however late the receiver was asked."""
    evidence = a_true_story()
    evidence.histories[1]["input"]["answer_by"] = "2026-03-04T10:00:00Z"
    _relay(evidence).update(answer_by=AWAY + 2 * WINDOW, ended_at=AWAY + 2 * WINDOW)

    assert _complaints(evidence) == set()


def test_a_closed_card_need_not_say_that_it_came_late() -> None:
    evidence = a_true_story()
    _inbox(evidence)[1].update(blocks=[])

    assert _complaints(evidence) == set()


@pytest.mark.parametrize(
    ("part", "done_after", "is_missed"),
    [
        *((part, 20, False) for part in ("worker", "temporal", "mongodb")),
        *((part, 200, True) for part in ("worker", "temporal", "mongodb")),
        *((part, 20, True) for part in ("slack", "bot")),
    ],
)
def test_a_task_that_is_done_as_soon_as_all_is_back_may_have_no_reminder(
    part: str, done_after: int, is_missed: bool
) -> None:
    """But only if what plans it was away: otherwise it was planned while the task was open."""
    evidence = a_true_story()
    without_slack(evidence, part)
    _inbox(evidence).pop(1)
    evidence.histories[0]["steps"].append(completing(TASK, BACK + done_after))

    assert ("a reminder that was missed never came" in _complaints(evidence)) is is_missed


def test_what_was_planned_before_the_return_and_came_after_it_was_caught_up() -> None:
    evidence = a_true_story()
    ledger = {row["_id"]: row for row in evidence.documents["notices"]}
    ledger[OFFERED]["notice"]["planned_at"] = BACK + 1

    assert caught_up(evidence) == pytest.approx([BACK + 10, BACK + 11])


def test_what_was_saved_while_nobody_was_there_to_do_it_was_caught_up_too() -> None:
    """Its messages are planned only when the worker is back."""
    evidence = a_true_story()
    evidence.journal.append(an_act(3, "create", title="Errand x3"))
    evidence.documents["tasks"][0]["title"] = "Errand x3"
    for row in evidence.documents["notices"]:
        row["notice"]["planned_at"] = BACK + 1

    assert caught_up(evidence) == [BACK + 10]


def test_only_what_was_tried_in_the_outage_counts_as_tried() -> None:
    evidence = a_true_story()
    evidence.journal.append(an_act(3, "accept", nothing="nobody sees a button"))
    evidence.journal.append({**an_act(4, "create", unknown="…"), "begun": BACK + 1})

    assert [entry["number"] for entry in tries(evidence)] == [1, 2]


def test_the_report_names_each_violation() -> None:
    evidence = a_true_story()
    for kind in ("create", "api_create"):
        evidence.journal.append({"at": BACK + 1, "line": "first_yes", "kind": kind})
    evidence.journal.append({"at": AWAY, "line": "memory", "sizes": {"bot": 116}})
    _inbox(evidence).pop(1)

    told = report(evidence, _found(evidence))

    assert "a reminder that was missed never came" in told
    assert "Slack's own error: dispatch_failed" in told
