"""Each check passes the sample, and finds what is changed in it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.storms.checks import check
from tests.storms.evidence import Evidence, Json
from tests.storms.other_workspace import MARK
from tests.storms.report import report
from tests.storms.sample_evidence import (
    ANA,
    BO,
    COMPLETED_AT,
    DUE_AT,
    ENDED,
    OFFERED,
    REMINDER,
    act,
    message,
    row,
    sample_evidence,
)


def _relay(evidence: Evidence) -> Json:
    return evidence.documents["relays"][0]


def _event(evidence: Evidence, version: int) -> Json:
    return evidence.documents["task_events"][version - 1]


def _notice(evidence: Evidence, key: str, ts: float, **fields: Any) -> None:
    """Replace a notice's row, and add one more message of it."""
    rows = evidence.documents["notices"]
    rows[:] = [each for each in rows if each["_id"] != key] + [row(key, ts, **fields)]
    evidence.inboxes[key.rpartition(":")[2]].append(message(key, ts))


def _two_owners(evidence: Evidence) -> None:
    evidence.documents["tasks"][0]["owner"] = ANA


def _lost_effect(evidence: Evidence) -> None:
    evidence.journal.append(act(9, "create", ANA, "Saved: a new task", typed="…", title="x9"))


def _effect_after_no(evidence: Evidence) -> None:
    evidence.journal[2]["answers"][0]["said"] = "Errand x1: … so nothing was saved"


def _undecided_request(evidence: Evidence) -> None:
    evidence.histories[0]["signals"].append({"id": "r8"})


def _sent_twice(evidence: Evidence) -> None:
    _notice(evidence, ENDED, DUE_AT)


def _sent_again_unread(evidence: Evidence) -> None:
    at = {"last_attempt_at": DUE_AT - 20, "unknown_since": DUE_AT - 30}
    _notice(evidence, ENDED, DUE_AT - 20, attempted_at=DUE_AT - 40, **at)


def _posted_without_row(evidence: Evidence) -> None:
    evidence.documents["notices"][0]["attempted_at"] = None


def _never_planned(evidence: Evidence) -> None:
    del evidence.documents["notices"][1], evidence.inboxes[ANA][0]


def _reminder_of_closed_task(evidence: Evidence) -> None:
    evidence.inboxes[BO].pop()
    _notice(evidence, REMINDER, COMPLETED_AT + 10)


def _early_reminder(evidence: Evidence) -> None:
    evidence.inboxes[BO][1]["ts"] = str(DUE_AT - 1)


def _accepted_by_another(evidence: Evidence) -> None:
    _event(evidence, 3)["actor"] = _relay(evidence)["ended_by"] = ANA


def _seen_elsewhere(evidence: Evidence) -> None:
    evidence.journal[2]["answers"].append({"outcome": "ok", "said": f"T-7 {MARK}"})


def _wrong_inbox(evidence: Evidence) -> None:
    evidence.inboxes[ANA].append(message(OFFERED, DUE_AT))


def _leak(evidence: Evidence) -> None:
    evidence.leaks.append({"what": "API_TOKENS", "place": "log of bot", "name": "bot"})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_two_owners, "the owner contradicts the trail"),
        (_lost_effect, "called saved, and neither carried out nor refused"),
        (_effect_after_no, "answered with no, and it has an effect"),
        (_undecided_request, "a request was saved and not decided"),
        (_sent_twice, "a notice was sent twice"),
        (_sent_again_unread, "a notice was sent again though the history showed it"),
        (_posted_without_row, "a notice was posted before the ledger said so"),
        (_never_planned, "an owed notice was never planned"),
        (_reminder_of_closed_task, "a reminder that was not true any more"),
        (_early_reminder, "a reminder came before its time"),
        (_accepted_by_another, "relay_accepted by somebody else"),
        (_seen_elsewhere, "another workspace in an answer"),
        (_wrong_inbox, "a notice of somebody else"),
        (_leak, "API_TOKENS in the open"),
    ],
)
def test_broken_promise_is_found(change: Callable[[Evidence], None], what: str) -> None:
    evidence = sample_evidence()
    change(evidence)
    assert what in {violation.what for violation in check(evidence)}


def test_kept_promises_pass() -> None:
    assert check(sample_evidence()) == []


def test_second_message_passes_if_slack_was_slow() -> None:
    """Slack took the first message only after the history had been read for it."""
    evidence = sample_evidence()
    at = {"attempted_at": DUE_AT - 50, "unknown_since": DUE_AT - 42}
    _notice(evidence, ENDED, DUE_AT - 30, last_attempt_at=DUE_AT - 40, **at)
    assert check(evidence) == []


def test_report_names_the_violation() -> None:
    evidence = sample_evidence()
    evidence.journal[0] |= {"seed": 7, "seconds": 9, "transport": "http", "is_encrypted": True}
    _two_owners(evidence)
    assert "the owner contradicts the trail" in report(evidence, check(evidence))
