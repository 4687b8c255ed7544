"""When reminders, nudges and windows may be late, told by true stories: they are believed."""

from tests.chaos.lies import (
    expire,
    nudge,
)
from tests.chaos.oracles import judge
from tests.chaos.oracles.reminders import judge_reminders
from tests.chaos.oracles.windows import judge_windows
from tests.chaos.testimony import (
    relay_of,
    relaying_of,
    reminder_of,
    row_of,
    trail_of,
)
from tests.chaos.witnesses import (
    CLOSED_AT,
    DUE_AT,
    REMINDER,
    a_true_story,
)


def test_a_hand_over_that_nobody_answered_ends_by_the_clock() -> None:
    evidence = a_true_story()
    expire(evidence, after=20.2)

    assert judge(evidence) == []


def test_nobody_waits_for_an_answer_to_what_nobody_could_be_asked() -> None:
    """Then it goes back at once: who was to receive it had left."""
    evidence = a_true_story()
    expire(evidence, after=1.0)
    relay_of(evidence).update(end="returned")

    for event in (trail_of(evidence)[2], relaying_of(evidence)["steps"][1]["result"]["event"]):
        event.update(kind="relay_undeliverable")

    assert judge_windows(evidence) == []


def test_a_sender_may_name_a_shorter_window() -> None:
    evidence = a_true_story()
    relay_of(evidence).update(answer_by=DUE_AT - 39)
    relaying_of(evidence)["input"]["answer_by"] = "2026-03-04T09:59:21Z"

    assert judge(evidence) == []


def test_a_reminder_can_not_have_been_under_way_for_an_hour() -> None:
    """Whatever the ledger says of its last attempt."""
    evidence = a_true_story()
    reminder_of(evidence).update(ts=f"{DUE_AT + 3600}")

    what = {found.what for found in judge(evidence)}
    assert "a reminder of what was not true any more" in what


def test_a_first_try_may_be_what_came_late() -> None:
    """It was begun while it was true, and given up before the second try."""
    evidence = a_true_story()
    reminder_of(evidence).update(ts=f"{CLOSED_AT + 4}")
    row_of(evidence, REMINDER).update(attempted_at=CLOSED_AT - 1, last_attempt_at=CLOSED_AT + 8)

    assert judge_reminders(evidence) == []


def test_somebody_may_be_nudged_between() -> None:
    evidence = a_true_story()
    nudge(evidence, DUE_AT - 39.5)

    assert judge(evidence) == []


def test_a_reminder_may_cross_the_change_that_ends_it() -> None:
    """It was true when its post began, and nothing can call back what is on its way."""
    evidence = a_true_story()
    reminder_of(evidence).update(ts=f"{DUE_AT + 68}")
    row_of(evidence, REMINDER).update(last_attempt_at=DUE_AT + 60.05)

    assert judge(evidence) == []
