"""Which notices may come twice, late or never, told by true stories: they are believed."""

import pytest

from tests.chaos.lies import (
    hurry,
)
from tests.chaos.oracles import judge
from tests.chaos.testimony import (
    lifecycle_of,
    relaying_of,
    row_of,
)
from tests.chaos.witnesses import (
    ANA,
    ASSIGNED,
    BO,
    CLOSED_AT,
    DUE_AT,
    ENDED,
    OFFERED,
    REMINDER,
    TASK,
    a_message,
    a_row,
    a_true_story,
)


def test_a_notice_may_be_seen_twice_if_slack_took_it_after_the_history_was_read() -> None:
    """Slack has no idempotency key, so this can't be ruled out; the report counts it."""
    evidence = a_true_story()
    evidence.inboxes[ANA].append(a_message(ENDED, "<@UBO> accepted T-1", ts=105.0))
    row_of(evidence, ENDED).update(unknown_since=98.0, last_attempt_at=104.9)

    assert judge(evidence) == []


def test_a_message_may_come_with_another_one_if_nobody_waited_for_slack_any_more() -> None:
    evidence = a_true_story()
    hurry(evidence)
    row_of(evidence, OFFERED).update(state="reconciled", unknown_since=DUE_AT - 9)

    assert judge(evidence) == []


def test_a_sender_who_is_told_the_end_needs_no_word_of_the_beginning() -> None:
    evidence = a_true_story()
    sent = ENDED.replace("relay_ended", "relay_sent")
    left_out = {"state": "skipped", "reason": "no longer true"}
    evidence.documents["notices"].append(a_row(sent, ts=DUE_AT - 40) | left_out)

    assert judge(evidence) == []


def test_a_notice_may_come_after_it_was_skipped_if_slack_took_it_late() -> None:
    """The history did not show it, and then there was a reason not to send it again."""
    evidence = a_true_story()
    left_out = {"state": "skipped", "reason": "no longer true", "settled_at": CLOSED_AT + 1}
    row_of(evidence, REMINDER).update(left_out, unknown_since=DUE_AT - 0.8)
    assert judge(evidence) == []

    row_of(evidence, REMINDER).update(unknown_since=DUE_AT)
    assert [found.what for found in judge(evidence)] == ["a notice is called skipped, and is there"]


def test_a_notice_may_be_seen_twice_if_neither_of_its_posts_was_answered() -> None:
    """Then the ledger knows when the second was given up, and not when the first one was."""
    evidence = a_true_story()
    evidence.inboxes[ANA].append(a_message(ENDED, "<@UBO> accepted T-1", ts=115.0))
    row_of(evidence, ENDED).update(
        state="reconciled", unknown_since=118.0, last_attempt_at=110.0, ts="115.000000"
    )
    assert judge(evidence) == []

    row_of(evidence, ENDED).update(last_attempt_at=121.0, unknown_since=129.0)
    assert len(judge(evidence)) == 1


def test_a_card_may_be_left_out_once_its_task_is_closed() -> None:
    evidence = a_true_story()
    evidence.inboxes[ANA].pop(1)
    row_of(evidence, ASSIGNED).update(
        state="skipped", reason="no longer true", settled_at=CLOSED_AT + 1
    )

    assert judge(evidence) == []


@pytest.mark.parametrize(
    ("kind", "target", "over", "complaints"),
    [
        ("pause", "second_worker", 1, 0),
        ("link", "worker→temporal", 1, 0),
        ("pause", "second_worker", -7, 1),
        ("pause", "bot", 1, 1),
        ("link", "worker→slack", 1, 1),
    ],
)
def test_a_step_that_is_held_up_begins_later_than_the_ledger_says(
    kind: str, target: str, over: int, complaints: int
) -> None:
    """The worker goes by the time at which Temporal gave it the step, and not for ever."""
    evidence = a_true_story()
    evidence.inboxes[ANA].pop(1)
    row_of(evidence, ASSIGNED).update(
        state="skipped", reason="no longer true", settled_at=CLOSED_AT - 8
    )
    fault = {"fault": 1, "kind": kind, "target": target}
    evidence.journal.append(fault | {"at": CLOSED_AT - 9, "line": "fault"})
    ending = "continued" if kind == "pause" else "mended"
    evidence.journal.append(fault | {"at": CLOSED_AT + over, "line": ending})

    assert len(judge(evidence)) == complaints


@pytest.mark.parametrize(
    ("settled_at", "complaints"), [(DUE_AT - 40, 0), (DUE_AT - 45, 1)], ids=["after", "before"]
)
def test_a_nudge_may_be_left_out_once_the_hand_over_is_answered(
    settled_at: float, complaints: int
) -> None:
    evidence = a_true_story()
    nudge = OFFERED.replace("relay_offered", "relay_nudged")
    left_out = {"state": "skipped", "reason": "no longer true", "settled_at": settled_at}
    evidence.documents["notices"].append(a_row(nudge) | left_out)

    assert len(judge(evidence)) == complaints


def test_whoever_has_a_task_from_a_late_answer_gets_its_card() -> None:
    """The step that made it was tried again, and the task had moved on by then."""
    evidence = a_true_story()
    seen = {"id": TASK, "version": 2, "owner": BO, "status": "open"}
    lifecycle_of(evidence)["steps"][0]["result"] = seen
    card = ASSIGNED.replace(ANA, BO)
    evidence.inboxes[BO].append(a_message(card, "T-1 is yours", 90.0))
    row_of(evidence, ASSIGNED).update(_id=card)
    evidence.inboxes[ANA].pop(1)

    assert judge(evidence) == []


def test_nobody_is_asked_about_a_hand_over_that_is_over() -> None:
    """The answer to its opening was lost, and it had ended before the next try."""
    evidence = a_true_story()
    relaying_of(evidence)["steps"][0]["result"]["relay"]["end"] = "accepted"
    evidence.inboxes[BO].pop(0)
    evidence.documents["notices"].remove(row_of(evidence, OFFERED))

    assert judge(evidence) == []


def test_nobody_is_reminded_of_what_was_done_before_it_could_go_out() -> None:
    """A worker may be away for as long as a minute."""
    evidence = a_true_story()
    evidence.inboxes[BO].pop(1)
    evidence.documents["notices"].remove(row_of(evidence, REMINDER))

    assert judge(evidence) == []
