"""Each check passes the sample, and finds what is changed in it."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.storms.checks import check
from tests.storms.evidence import Evidence
from tests.storms.other_workspace import MARK
from tests.storms.plan import AWAY, make_plan
from tests.storms.report import report
from tests.storms.sample_evidence import (
    ANA,
    BO,
    DUE_AT,
    ENDED,
    REMINDER,
    act,
    message,
    row,
    sample_evidence,
)
from tests.storms.secret_search import Writing, find_leaks

SECRET = b"relai_\xe4/@+'secret"


def _notice(evidence: Evidence, key: str, ts: float, **fields: Any) -> None:
    """Replace a notice's row, and add one more message of it."""
    rows = evidence.documents["notices"]
    rows[:] = [each for each in rows if each["_id"] != key] + [row(key, ts, **fields)]
    evidence.inboxes[key.rpartition(":")[2]].append(message(key, ts))


def _two_owners(evidence: Evidence) -> None:
    evidence.documents["tasks"][0]["owner"] = ANA


def _lost_effect(evidence: Evidence) -> None:
    evidence.journal.append(act(9, "create", ANA, "Saved: a new task", typed="…", title="x9"))


def _undecided_request(evidence: Evidence) -> None:
    evidence.histories[0]["signals"].append({"id": "r8"})


def _sent_again_unread(evidence: Evidence) -> None:
    at = {"last_attempt_at": DUE_AT - 20, "unknown_since": DUE_AT - 30}
    _notice(evidence, ENDED, DUE_AT - 20, attempted_at=DUE_AT - 40, **at)


def _posted_without_row(evidence: Evidence) -> None:
    evidence.documents["notices"][0]["attempted_at"] = None


def _reminder_of_closed_task(evidence: Evidence) -> None:
    evidence.inboxes[BO].pop()
    _notice(evidence, REMINDER, DUE_AT + 70)


def _accepted_by_another(evidence: Evidence) -> None:
    evidence.documents["task_events"][2]["actor"] = ANA


def _seen_elsewhere(evidence: Evidence) -> None:
    evidence.journal[2]["answers"].append({"outcome": "ok", "said": f"T-7 {MARK}"})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_two_owners, "the owner contradicts the trail"),
        (_lost_effect, "called saved, and neither carried out nor refused"),
        (_undecided_request, "a request was saved and not decided"),
        (_sent_again_unread, "a notice was sent again though the history showed it"),
        (_posted_without_row, "a notice was posted before the ledger said so"),
        (_reminder_of_closed_task, "a reminder that was not true any more"),
        (_accepted_by_another, "relay_accepted by somebody else"),
        (_seen_elsewhere, "another workspace in an answer"),
    ],
)
def test_broken_promise_is_found(change: Callable[[Evidence], None], what: str) -> None:
    evidence = sample_evidence()
    change(evidence)
    assert what in report(evidence, check(evidence))


def test_kept_promises_pass() -> None:
    assert check(sample_evidence()) == []


def test_second_message_passes_if_slack_was_slow() -> None:
    """Slack took the first message only after the history had been read for it."""
    evidence = sample_evidence()
    at = {"attempted_at": DUE_AT - 50, "unknown_since": DUE_AT - 42}
    _notice(evidence, ENDED, DUE_AT - 30, last_attempt_at=DUE_AT - 40, **at)
    assert check(evidence) == []


def test_secret_is_found_in_every_spelling() -> None:
    plain = SECRET.decode("latin-1")
    encoded = base64.urlsafe_b64encode(b"xy" + SECRET + b"z").decode()
    for text in (plain, quote(SECRET, safe=""), SECRET.hex(), json.dumps(plain), encoded):
        writing = Writing("log of bot", "bot", f"Errand x1 {text} after", may_quote=False)
        leaks = [leak["what"] for leak in find_leaks([writing], {"TOKEN": SECRET})]
        assert leaks == ["TOKEN", "people's words"]


@pytest.mark.parametrize("away", AWAY)
def test_seed_gives_the_same_plan(away: str) -> None:
    assert make_plan(7, 60) == make_plan(7, 60) != make_plan(8, 60)
    assert {fault.target for fault in make_plan(7, 60, away).faults} == set(AWAY[away])
