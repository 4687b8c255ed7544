"""Every way in which a witness of the true story may lie, by what an oracle must say of it."""

from collections.abc import Callable

from tests.chaos.evidence import Evidence, Json
from tests.chaos.lies_of_effects import EFFECT_LIES
from tests.chaos.lies_of_joining import JOINING_LIES
from tests.chaos.lies_of_notices import NOTICE_LIES
from tests.chaos.testimony import (
    answer_to,
    lifecycle_of,
    relay_of,
    relaying_of,
    reminder_of,
    row_of,
    task_of,
    trail_of,
)
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
    a_message,
    a_press,
    a_row,
    an_act,
    an_event,
)

Lie = Callable[[Evidence], object]


def leaking(what: str) -> Lie:
    """A lie by which this stood in a log."""
    leak = {"what": what, "place": "log of bot", "name": "bot.1", "at": 7}
    return lambda evidence: evidence.leaks.append(leak)


LIES: dict[str, tuple[str, Lie]] = {
    **EFFECT_LIES,
    **NOTICE_LIES,
    **JOINING_LIES,
    # One owner.
    "the owner contradicts the trail": ("one owner", lambda e: task_of(e).update(owner=CY)),
    "the status contradicts the trail": ("one owner", lambda e: task_of(e).update(status="open")),
    "the version contradicts the trail": ("one owner", lambda e: task_of(e).update(version=4)),
    "a task is stored twice": (
        "one owner",
        lambda e: e.documents.update(tasks_archive=[task_of(e)]),
    ),
    "two tasks have one number": (
        "one owner",
        lambda e: e.documents["tasks"].append({**task_of(e), "_id": "T1-other"}),
    ),
    "versions have a gap": ("one owner", lambda e: trail_of(e).pop(2)),
    "an event names the wrong owner": ("one owner", lambda e: trail_of(e)[2].update(owner=ANA)),
    "something happened to a task that was not open": (
        "one owner",
        lambda e: trail_of(e).append(an_event(6, "progressed", BO, BO, id="r9")),
    ),
    "an event of a task that is not stored": (
        "one owner",
        lambda e: trail_of(e).append(an_event(1, "created", ANA, ANA, id="r9", task_id="T1-x")),
    ),
    "an event of a kind that does not exist": (
        "one owner",
        lambda e: trail_of(e)[4].update(kind="vanished"),
    ),
    "an event about a relay that is not stored": (
        "one owner",
        lambda e: e.documents["relays"].clear(),
    ),
    "taken back though answered": (
        "one owner",
        lambda e: trail_of(e)[4].update(kind="taken_back", actor=ANA, owner=ANA, relay_id=RELAY),
    ),
    "a relay ended that was not open": (
        "one owner",
        lambda e: trail_of(e)[4].update(kind="relay_expired", actor=None, relay_id=RELAY),
    ),
    "a relay that is over was postponed": (
        "one owner",
        lambda e: trail_of(e)[4].update(kind="relay_postponed", actor=None, relay_id=RELAY),
    ),
    "an open relay was left open": (
        "one owner",
        lambda e: trail_of(e)[2].update(kind="relay_opened"),
    ),
    # Every relay ends in one way, and its sender is told.
    "a relay is in limbo": ("one owner", lambda e: relay_of(e).update(end=None)),
    "a relay's end contradicts the trail": (
        "one owner",
        lambda e: relay_of(e).update(end="declined"),
    ),
    "a relay without a workflow": ("one owner", lambda e: e.histories.pop()),
    "a relay's workflow has not ended": (
        "one owner",
        lambda e: relaying_of(e).update(status="RUNNING"),
    ),
    "a workflow tells another end": (
        "one owner",
        lambda e: relaying_of(e).update(result={"end": "declined"}),
    ),
    "a relay is not what was asked for": ("one owner", lambda e: relay_of(e).update(to_user=CY)),
    "a workflow without its relay": ("one owner", lambda e: e.documents["relays"].clear()),
    "the sender of a relay that was accepted is not told": (
        "one owner",
        lambda e: e.inboxes[ANA].clear(),
    ),
    "a window ended before its time": ("one owner", lambda e: expire(e, after=19.0)),
    "a window was shorter than agreed": (
        "one owner",
        lambda e: relay_of(e).update(answer_by=DUE_AT - 50 + 19.0),
    ),
    # Saved means saved.
    "answered with yes, and not there": ("saved", lambda e: task_of(e).update(title="Other")),
    "called saved, and neither there nor refused": (
        "saved",
        lambda e: e.journal.append(an_act(5, "create", title="Errand x5", said="Saved: a task.")),
    ),
    "answered with no, and there": (
        "saved",
        lambda e: answer_to(e, 1).update(said="MongoDB …, so nothing was saved."),
    ),
    "one request had two effects": (
        "saved",
        lambda e: e.documents["tasks"].append({**task_of(e), "_id": "T1-other", "number": 2}),
    ),
    "two answers to one key": (
        "saved",
        lambda e: e.journal.append(
            an_act(6, "api_edit", key="k", status=202, json={"done": 1}, again=[_answered(201)])
        ),
    ),
    "told that more follows, and nothing did": (
        "saved",
        lambda e: answer_to(e, 4).update(said="Saved: to mark the task complete."),
    ),
    "a call without a fair answer": (
        "saved",
        lambda e: answer_to(e, 5).update(again=[{"status": 500, "json": None}]),
    ),
    "a person saw Slack's error though nothing was broken on the way": (
        "saved",
        lambda e: e.journal.append(an_act(6, "look", outcome="operation_timeout")),
    ),
    "a text was not given back": (
        "saved",
        lambda e: e.journal.append(
            an_act(6, "relay", note="please x6", said="MongoDB …, so nothing was saved.")
        ),
    ),
    "a press without effect and without a word": ("saved", lambda e: press_in_duel(e)),
    "a workflow broke": ("saved", lambda e: lifecycle_of(e).update(status="FAILED")),
    "a workflow task failed": (
        "saved",
        lambda e: lifecycle_of(e)["failed_tasks"].append("NON_DETERMINISTIC_ERROR: …"),
    ),
    "a request was saved and not decided": (
        "saved",
        lambda e: lifecycle_of(e)["signals"].append(
            {"at": 0.0, "name": "x", "input": {"id": "r7"}}
        ),
    ),
    "an event is not stored as told": (
        "saved",
        lambda e: lifecycle_of(e)["steps"][2]["result"]["event"].update(version=9),
    ),
    "an event that no history knows": ("saved", lambda e: relaying_of(e)["steps"].clear()),
    "an open task has no lifecycle": ("saved", lambda e: task_of(e).update(status="open")),
    "a closed task's lifecycle still runs": (
        "saved",
        lambda e: lifecycle_of(e).update(status="RUNNING"),
    ),
    "the system did not come to rest": (
        "saved",
        lambda e: e.journal.append({"at": 999.0, "line": "not_quiet", "pending": ["x"]}),
    ),
    "a lifecycle without its task": ("saved", lambda e: e.documents["tasks"].pop(0)),
    # Told once.
    "a notice was seen twice": (
        "told once",
        lambda e: e.inboxes[ANA].append(a_message(ENDED, "<@UBO> accepted T-1")),
    ),
    "a notice was sent again though the history showed it": (
        "told once",
        lambda e: send_again(e),
    ),
    "a notice that is in no ledger": ("told once", lambda e: e.documents["notices"].clear()),
    "a notice is in limbo": ("told once", lambda e: row_of(e, ENDED).update(state="ambiguous")),
    "a notice is called sent, and is not there": ("told once", lambda e: e.inboxes[BO].clear()),
    "a notice is called skipped, and is there": (
        "told once",
        lambda e: row_of(e, OFFERED).update(state="skipped"),
    ),
    "a notice was skipped without a reason": (
        "told once",
        lambda e: row_of(e, OFFERED).update(state="skipped", reason="no longer true"),
    ),
    "less than a second between two messages": ("told once", lambda e: hurry(e)),
    "a notice failed": ("told once", lambda e: row_of(e, OFFERED).update(state="failed")),
    # At the right time.
    "a reminder came before its moment": (
        "at the right time",
        lambda e: reminder_of(e).update(ts=f"{DUE_AT - 5}"),
    ),
    "a reminder of what was not true any more": (
        "at the right time",
        lambda e: (
            reminder_of(e).update(ts=f"{DUE_AT + 90}"),
            row_of(e, REMINDER).update(last_attempt_at=DUE_AT + 89),
        ),
    ),
    "a nudge came before its moment": ("at the right time", lambda e: nudge(e, DUE_AT - 41)),
    "a nudge about what was over": ("at the right time", lambda e: nudge(e, DUE_AT - 38)),
    "a reminder at rest": (
        "at the right time",
        lambda e: e.journal.append(
            {"at": DUE_AT - 20, "line": "rests", "user": BO, "until": DUE_AT + 20}
        ),
    ),
    # Only who may.
    "completed by somebody else": ("only who may", lambda e: trail_of(e)[4].update(actor=CY)),
    "relay_accepted by somebody else": ("only who may", lambda e: trail_of(e)[2].update(actor=ANA)),
    "relay_opened by somebody else": ("only who may", lambda e: trail_of(e)[1].update(actor=CY)),
    "a guest acts or owns": ("only who may", lambda e: trail_of(e)[4].update(actor=GUEST)),
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
    **{
        f"{what} in the open": ("only who may", leaking(what))
        for what in ("SLACK_BOT_TOKEN", "RELAI_PAYLOAD_KEYS, number 2", "people's words")
    },
    "not searched for secrets": ("only who may", lambda e: (e.searched_in or {}).clear()),
    # What the operator is told.
    "an audit in the storm finds trail_broken": ("saved", lambda e: audit_finds(e, "trail_broken")),
    "an audit at rest finds notice_late": (
        "saved",
        lambda e: audit_finds(e, "notice_late", at_rest=True),
    ),
}
"""By what is to be said of it: the promise, and the lie."""


def hurry(evidence: Evidence) -> None:
    """Let Bo's other message come half a second before his reminder."""
    at = f"{DUE_AT + 0.5:.6f}"
    evidence.inboxes[BO][0].update(ts=at)
    row_of(evidence, OFFERED).update(ts=at)


def send_again(evidence: Evidence) -> None:
    """The answer to the first post was given up a second before Slack took it."""
    row_of(evidence, ENDED).update(unknown_since=99.0, last_attempt_at=114.9)
    evidence.inboxes[ANA].append(a_message(ENDED, "<@UBO> accepted T-1", ts=115.0))


def expire(evidence: Evidence, *, after: float) -> None:
    """The clock ends the hand-over so many seconds after its opening, as everybody tells."""
    evidence.journal[:] = [line for line in evidence.journal if line.get("kind") != "accept"]
    relay_of(evidence).update(
        end="unanswered", ended_by=None, ended_at=relay_of(evidence)["opened_at"] + after
    )
    relaying_of(evidence)["result"]["end"] = "unanswered"
    relaying_of(evidence)["signals"].clear()
    expired = {"kind": "relay_expired", "actor": None}
    trail_of(evidence)[2].update(expired)
    relaying_of(evidence)["steps"][1]["result"]["event"].update(expired)
    evidence.inboxes[ANA][0]["text"] = "<@UBO> hasn't answered"


def nudge(evidence: Evidence, at: float) -> None:
    """Bo is asked again for an answer, which he gives 40 s before the due date."""
    key = OFFERED.replace("relay_offered", "relay_nudged")
    evidence.inboxes[BO].append(a_message(key, "please answer", at))
    evidence.documents["notices"].append(a_row(key, at, at))


def audit_finds(evidence: Evidence, kind: str, *, at_rest: bool = False) -> None:
    """An audit of the run says that something is wrong."""
    finding = {"kind": kind, "team_id": "T1", "subject": "x", "detail": ""}
    evidence.journal.append(
        {"at": 99.0, "line": "audit", "at_rest": at_rest, "findings": [finding]}
    )


def press_again(evidence: Evidence) -> None:
    """Bo presses Accept once more; nothing comes of it, and nobody says why."""
    press = a_press(8, "accept", user=BO, pressed="relay_accept", about=RELAY, request="r8")
    evidence.journal.append(press)


def press_in_duel(evidence: Evidence) -> None:
    """The same, while Ana takes it back, which is told."""
    press_again(evidence)
    theirs = evidence.journal.pop()
    own = a_press(9, "take_back", pressed="relay_take_back", about=RELAY, request="r9")["answer"]
    duel = {"user": BO, "accepted": theirs["answer"], "taken_back": own}
    evidence.journal.append({**theirs, "kind": "duel", "answer": duel})
    evidence.inboxes[ANA].append({"ts": "81.0", "text": "That hand-over was accepted."})


def _answered(status: int) -> Json:
    return {"status": status, "json": {"done": 2}}
