"""Each oracle is fed a true story in which one witness lies, and is heard to complain."""

from collections.abc import Callable

import pytest

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles import judge
from tests.chaos.witnesses import (
    ANA,
    BO,
    CY,
    DUE_AT,
    ENDED,
    GUEST,
    MARK,
    OFFERED,
    RELAY,
    REMINDER,
    TASK,
    a_message,
    a_row,
    a_true_story,
    an_act,
    an_event,
)

Lie = Callable[[Evidence], object]


def _task(evidence: Evidence) -> Json:
    return evidence.documents["tasks"][0]


def _relay(evidence: Evidence) -> Json:
    return evidence.documents["relays"][0]


def _events(evidence: Evidence) -> list[Json]:
    return evidence.documents["task_events"]


def _row(evidence: Evidence, key: str) -> Json:
    return next(row for row in evidence.documents["notices"] if row["_id"] == key)


def _reminder(evidence: Evidence) -> Json:
    return evidence.inboxes[BO][1]


def _lifecycle(evidence: Evidence) -> Json:
    return evidence.histories[0]


def _relaying(evidence: Evidence) -> Json:
    return evidence.histories[1]


LIES: dict[str, tuple[str, Lie]] = {
    # One owner.
    "the owner contradicts the trail": ("one owner", lambda e: _task(e).update(owner=CY)),
    "the status contradicts the trail": ("one owner", lambda e: _task(e).update(status="open")),
    "the version contradicts the trail": ("one owner", lambda e: _task(e).update(version=5)),
    "a task is stored twice": (
        "one owner",
        lambda e: e.documents.update(tasks_archive=[_task(e)]),
    ),
    "two tasks have one number": (
        "one owner",
        lambda e: e.documents["tasks"].append({**_task(e), "_id": "T1-other"}),
    ),
    "versions have a gap": ("one owner", lambda e: _events(e).pop(2)),
    "an event names the wrong owner": ("one owner", lambda e: _events(e)[2].update(owner=ANA)),
    "something happened to a task that was not open": (
        "one owner",
        lambda e: _events(e).append(an_event(5, "progressed", BO, BO)),
    ),
    "an event of a task that is not stored": (
        "one owner",
        lambda e: _events(e).append(an_event(1, "created", ANA, ANA, id="r9", task_id="T1-x")),
    ),
    "an event of a kind that does not exist": (
        "one owner",
        lambda e: _events(e)[3].update(kind="vanished"),
    ),
    "an event about a relay that is not stored": (
        "one owner",
        lambda e: e.documents["relays"].clear(),
    ),
    "taken back though answered": (
        "one owner",
        lambda e: _events(e)[3].update(kind="taken_back", actor=ANA, owner=ANA, relay_id=RELAY),
    ),
    "a relay ended that was not open": (
        "one owner",
        lambda e: _events(e)[3].update(kind="relay_expired", actor=None, relay_id=RELAY),
    ),
    "a relay that is over was postponed": (
        "one owner",
        lambda e: _events(e)[3].update(kind="relay_postponed", actor=None, relay_id=RELAY),
    ),
    "an open relay was left open": (
        "one owner",
        lambda e: _events(e)[2].update(kind="relay_opened"),
    ),
    # Every relay ends in one way, and its sender is told.
    "a relay is in limbo": ("one owner", lambda e: _relay(e).update(end=None)),
    "a relay's end contradicts the trail": (
        "one owner",
        lambda e: _relay(e).update(end="declined"),
    ),
    "a relay without a workflow": ("one owner", lambda e: e.histories.pop()),
    "a relay's workflow has not ended": (
        "one owner",
        lambda e: _relaying(e).update(status="RUNNING"),
    ),
    "a workflow tells another end": (
        "one owner",
        lambda e: _relaying(e).update(result={"end": "declined"}),
    ),
    "a relay is not what was asked for": ("one owner", lambda e: _relay(e).update(to_user=CY)),
    "a workflow without its relay": ("one owner", lambda e: e.documents["relays"].clear()),
    "the sender of a relay that was accepted is not told": (
        "one owner",
        lambda e: e.inboxes[ANA].clear(),
    ),
    # Saved means saved.
    "answered with yes, and not there": ("saved", lambda e: _task(e).update(title="Other")),
    "called saved, and neither there nor refused": (
        "saved",
        lambda e: e.journal.append(an_act(5, "create", title="Errand x5", said="Saved: a task.")),
    ),
    "answered with no, and there": (
        "saved",
        lambda e: e.journal[1]["answer"].update(said="MongoDB …, so nothing was saved."),
    ),
    "one request had two effects": (
        "saved",
        lambda e: e.documents["tasks"].append({**_task(e), "_id": "T1-other", "number": 2}),
    ),
    "two answers to one key": (
        "saved",
        lambda e: e.journal.append(
            an_act(6, "api_edit", key="k", status=202, json={"done": 1}, again=[_answered(201)])
        ),
    ),
    "told that more follows, and nothing did": (
        "saved",
        lambda e: e.journal[3]["answer"].update(said="Saved: to mark the task complete."),
    ),
    "a press without effect and without a word": ("saved", lambda e: _pressed(e)),
    "a workflow broke": ("saved", lambda e: _lifecycle(e).update(status="FAILED")),
    "a workflow task failed": (
        "saved",
        lambda e: _lifecycle(e)["failed_tasks"].append("NON_DETERMINISTIC_ERROR: …"),
    ),
    "a request was saved and not decided": (
        "saved",
        lambda e: _lifecycle(e)["signals"].append({"at": 0.0, "name": "x", "input": {"id": "r7"}}),
    ),
    "an event is not stored as told": (
        "saved",
        lambda e: _lifecycle(e)["steps"][1]["result"]["event"].update(version=9),
    ),
    "an event that no history knows": ("saved", lambda e: _relaying(e)["steps"].clear()),
    "an open task has no lifecycle": ("saved", lambda e: _task(e).update(status="open")),
    "a closed task's lifecycle still runs": (
        "saved",
        lambda e: _lifecycle(e).update(status="RUNNING"),
    ),
    "a lifecycle without its task": ("saved", lambda e: e.documents["tasks"].pop(0)),
    # Told once.
    "a notice was seen twice": (
        "told once",
        lambda e: e.inboxes[ANA].append(a_message(ENDED, "<@UBO> accepted T-1")),
    ),
    "a notice was sent again though the history showed it": (
        "told once",
        lambda e: _sent_again(e),
    ),
    "a notice that is in no ledger": ("told once", lambda e: e.documents["notices"].clear()),
    "a notice is in limbo": ("told once", lambda e: _row(e, ENDED).update(state="ambiguous")),
    "a notice is called sent, and is not there": ("told once", lambda e: e.inboxes[BO].clear()),
    "a notice is called skipped, and is there": (
        "told once",
        lambda e: _row(e, OFFERED).update(state="skipped"),
    ),
    "a notice was skipped without a reason": (
        "told once",
        lambda e: _row(e, OFFERED).update(state="skipped", reason="no longer true"),
    ),
    "a notice failed": ("told once", lambda e: _row(e, OFFERED).update(state="failed")),
    # At the right time.
    "a reminder came before its moment": (
        "at the right time",
        lambda e: _reminder(e).update(ts=f"{DUE_AT - 5}"),
    ),
    "a reminder of what was not true any more": (
        "at the right time",
        lambda e: (
            _reminder(e).update(ts=f"{DUE_AT + 90}"),
            _row(e, REMINDER).update(last_attempt_at=DUE_AT + 89),
        ),
    ),
    "a reminder at rest": (
        "at the right time",
        lambda e: e.journal.append(
            {"at": DUE_AT - 20, "line": "rests", "user": BO, "until": DUE_AT + 20}
        ),
    ),
    # Only who may.
    "completed by somebody else": ("only who may", lambda e: _events(e)[3].update(actor=CY)),
    "relay_accepted by somebody else": ("only who may", lambda e: _events(e)[2].update(actor=ANA)),
    "relay_opened by somebody else": ("only who may", lambda e: _events(e)[1].update(actor=CY)),
    "a guest acts or owns": ("only who may", lambda e: _events(e)[3].update(actor=GUEST)),
    "a notice in the wrong hands": (
        "only who may",
        lambda e: e.inboxes[GUEST].append(e.inboxes[ANA][0]),
    ),
    "another workspace in a DM": (
        "only who may",
        lambda e: e.inboxes[ANA].append({"ts": "1", "text": f"{MARK} of funds"}),
    ),
    "another workspace in an answer": (
        "only who may",
        lambda e: e.journal.append(an_act(7, "reach_out", said=f"T-9 {MARK}")),
    ),
    "another workspace was changed": (
        "only who may",
        lambda e: e.documents["tasks"][1].update(owner=CY),
    ),
}
"""By what is to be said of it: the promise, and the lie."""


def _sent_again(evidence: Evidence) -> None:
    """The answer to the first post was given up at 108, and the second came at 115."""
    _row(evidence, ENDED).update(unknown_since=108.0)
    evidence.inboxes[ANA].append(a_message(ENDED, "<@UBO> accepted T-1", ts=115.0))


def _pressed(evidence: Evidence) -> None:
    """Bo presses Accept once more; nothing comes of it, and nobody says why."""
    press = an_act(8, "accept", user=BO, pressed="relay_accept", about=RELAY, request="r8")
    del press["answer"]["typed"]
    evidence.journal.append(press)


def _answered(status: int) -> Json:
    return {"status": status, "json": {"done": 2}}


def test_a_true_story_is_believed() -> None:
    """Otherwise the complaints below would prove nothing."""
    assert judge(a_true_story()) == []


@pytest.mark.parametrize("complaint", LIES)
def test_a_lie_is_heard(complaint: str) -> None:
    """Whatever else is complained of, it is called by its name and its promise."""
    promise, lie = LIES[complaint]
    evidence = a_true_story()

    lie(evidence)

    assert (promise, complaint) in {(found.promise, found.what) for found in judge(evidence)}


def test_a_notice_may_be_seen_twice_if_slack_took_it_after_the_history_was_read() -> None:
    """Slack has no idempotency key, so this can't be ruled out; the report counts it."""
    evidence = a_true_story()
    evidence.inboxes[ANA].append(a_message(ENDED, "<@UBO> accepted T-1", ts=105.0))
    _row(evidence, ENDED).update(unknown_since=98.0)

    assert judge(evidence) == []


def test_a_reminder_may_cross_the_change_that_ends_it() -> None:
    """It was true when its post began, and nothing can call back what is on its way."""
    evidence = a_true_story()
    _reminder(evidence).update(ts=f"{DUE_AT + 68}")
    _row(evidence, REMINDER).update(last_attempt_at=DUE_AT + 60.05)

    assert judge(evidence) == []


@pytest.mark.parametrize("word", ["the history", "a message", "the fault"])
def test_a_press_may_be_without_effect(word: str) -> None:
    """If it was saved and refused, if a word about it was said, or if the word may be lost."""
    evidence = a_true_story()
    _pressed(evidence)
    if word == "the history":
        step = {**_relaying(evidence)["steps"][1], "result": {"refusal": {}, "event": None}}
        _relaying(evidence)["steps"].append({**step, "input": {"change": {"id": "r8"}}})
    elif word == "a message":
        evidence.inboxes[BO].append({"ts": "81.0", "text": "That hand-over was accepted."})
    else:
        evidence.journal.append(
            {"at": 75.0, "line": "fault", "kind": "kill", "target": "second_bot", "way": "-9"}
        )

    assert judge(evidence) == []


def test_who_has_left_need_not_be_told() -> None:
    """Neither by a message nor by a notice that was sent."""
    evidence = a_true_story()
    evidence.journal.append({"at": 50.0, "line": "left", "user": ANA})
    evidence.inboxes[ANA].clear()
    _row(evidence, ENDED).update(state="skipped", reason="deactivated")

    assert judge(evidence) == []


def test_a_request_that_was_saved_may_be_refused() -> None:
    """If a history tells why, and the person is told so."""
    evidence = a_true_story()
    evidence.journal.append(an_act(5, "done", said="Saved: to mark …", request="r5"))
    refused = {"refusal": {"reason": "task_closed"}, "event": None}
    step = {**_lifecycle(evidence)["steps"][1], "result": refused}
    _lifecycle(evidence)["steps"].append({**step, "input": {"change": {"id": "r5"}}})
    key = f"{TASK}:request_refused:r5:{ANA}"
    evidence.documents["notices"].append(a_row(key))
    evidence.inboxes[ANA].append(a_message(key, "T-1 was already completed"))

    assert judge(evidence) == []
