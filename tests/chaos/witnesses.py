"""A small true story as evidence, for tests that make one witness lie."""

import copy
from typing import Any

from tests.chaos.evidence import Evidence, Json
from tests.chaos.leaks import PLACES

TEAM = "T1"
ANA, BO, CY, GUEST, NEW = "UANA", "UBO", "UCY", "UGUEST", "UNEW"
TASK, RELAY = "T1-task", "T1-relay"
OFFERED = f"{TASK}:relay_offered:{RELAY}:{BO}"
ENDED = f"{TASK}:relay_ended:{RELAY}:{ANA}"
DUE = "2026-03-04T10:00:00+00:00"
DUE_AT = 1772618400.0
REMINDER = f"{TASK}:reminder_due:{DUE}:{BO}"
ASSIGNED = f"{TASK}:task_assigned:created:{ANA}"
COMPLETED = f"{TASK}:task_completed:r4:{ANA}"
CLOSED_AT = DUE_AT + 60
WELCOME = f"{TEAM}:welcome:joined:{NEW}"
WINDOW = 20.0
MARK = "Embezzlement"
ANN = "UNEIGHBOUR1"


def a_true_story() -> Evidence:
    """Ana makes a task, hands it to Bo, who accepts, is reminded and completes it."""
    events = [
        an_event(1, "created", ANA, ANA, id="r1"),
        an_event(2, "relay_opened", ANA, BO, id="r2", relay_id=RELAY),
        an_event(3, "relay_accepted", BO, BO, id="r3", relay_id=RELAY),
        an_event(4, "progressed", BO, BO, id="r5", via="a program"),
        an_event(5, "completed", BO, BO, id="r4"),
    ]
    relay = {
        "_id": RELAY,
        "team_id": TEAM,
        "task_id": TASK,
        "from_user": ANA,
        "to_user": BO,
        "mode": "direct",
        "note": "please x2",
        "opened_at": DUE_AT - 50,
        "nudge_at": DUE_AT - 50 + WINDOW / 2,
        "answer_by": DUE_AT - 50 + WINDOW,
        "end": "accepted",
        "ended_at": DUE_AT - 40,
        "ended_by": BO,
        "reason": "",
    }
    task = {
        "_id": TASK,
        "team_id": TEAM,
        "number": 1,
        "owner": BO,
        "creator": ANA,
        "status": "completed",
        "closed_at": CLOSED_AT,
        "version": 5,
        "title": "Errand x1",
        "description": "",
        "due_at": DUE_AT,
        "progress": 100,
    }
    foreign = {"_id": "T2-task", "team_id": "T2", "title": MARK, "number": 900001, "owner": ANN}
    return Evidence(
        team=TEAM,
        journal=[
            {"at": 0.0, "line": "plan", "window": WINDOW},
            {"at": 1.0, "line": "guest", "user": GUEST},
            an_act(
                1,
                "create",
                title="Errand x1",
                wish={"owner": ANA},
                said="T-1 *Errand x1* is yours.",
                request="r1",
            ),
            an_act(
                2,
                "relay",
                note="please x2",
                wish={"number": "T-1", "receiver": BO, "mode": "direct"},
                said="<@UBO> owns it. An answer is awaited",
            ),
            a_press(3, "accept", user=BO, pressed="relay_accept", about=RELAY, request="r3"),
            an_act(
                4,
                "done",
                user=BO,
                wish={"number": "T-1"},
                said="T-1: Done by you.",
                request="r4",
            ),
            an_api_act(5, "api_progress", "r5", {"actor": BO, "progress": 60}),
        ],
        inboxes={
            ANA: [
                a_message(ENDED, "<@UBO> accepted T-1"),
                a_message(ASSIGNED, "T-1 is yours", 90.0),
                a_message(COMPLETED, "<@UBO> completed T-1", CLOSED_AT + 1),
            ],
            BO: [a_message(OFFERED, "Ana handed you"), a_message(REMINDER, "due now", DUE_AT + 1)],
            GUEST: [],
        },
        documents={
            "tasks": [task, foreign],
            "relays": [relay],
            "task_events": events,
            "notices": [
                a_row(ENDED),
                a_row(OFFERED),
                a_row(REMINDER, DUE_AT + 0.9, DUE_AT + 1),
                a_row(ASSIGNED, 90.0, 90.0),
                a_row(COMPLETED, CLOSED_AT + 1, CLOSED_AT + 1),
            ],
        },
        histories=_histories(events),
        foreign={"tasks": [copy.deepcopy(foreign)]},
        searched_in=dict.fromkeys(PLACES, 1),
    )


def an_event(version: int, kind: str, actor: str | None, owner: str, **fields: Any) -> Json:
    """A line of the trail."""
    named = {"_id": fields.pop("id", f"r{version}"), "task_id": TASK, "version": version}
    told = {"kind": kind, "actor": actor, "owner": owner, "relay_id": None, "settled": None}
    return {**named, **told, "via": None, **fields}


def an_act(number: int, kind: str, **answer: Any) -> Json:
    """A line of the journal about something that Ana typed, if nothing else is said."""
    told: Json = {"user": ANA, "typed": "/task …", "outcome": "ok", "said": ""}
    told["begun"] = 10.0 * number
    line = {"at": 10.0 * number, "line": "act", "number": number, "kind": kind}
    return {**line, "begun": 10.0 * number, "answer": told | answer}


def a_press(number: int, kind: str, **answer: Any) -> Json:
    """A line of the journal about a button that was pressed, and not a word about it."""
    line = an_act(number, kind, **answer)
    del line["answer"]["typed"]
    return line


def an_api_act(number: int, kind: str, request: str, body: Json) -> Json:
    """A line of the journal about a program's request that was carried out."""
    line = {"at": 10.0 * number, "line": "act", "number": number, "kind": kind}
    asked = {"asked": f"PATCH /api/tasks/{TASK}", "body": body, "key": f"chaos-{number}"}
    told = {"status": 202, "json": {"done": True, "request_id": request}}
    return {**line, "begun": 10.0 * number, "answer": asked | told}


def a_message(key: str, text: str, ts: float = 100.0) -> Json:
    """A message that is a notice."""
    return {"ts": f"{ts:.6f}", "text": text, "metadata": {"event_payload": {"key": key}}}


def a_row(key: str, last_attempt_at: float = 100.0, ts: float = 100.0, **fields: Any) -> Json:
    """A settled row of the ledger."""
    kind, recipient = key.split(":")[1], key.rpartition(":")[2]
    notice = {"team_id": TEAM, "kind": kind, "recipient": recipient}
    settled = {"state": "sent", "reason": "", "unknown_since": None, "ts": f"{ts:.6f}"}
    moments = {"last_attempt_at": last_attempt_at, "settled_at": ts, "created_at": ts}
    return {"_id": key, "notice": notice, **settled, **moments, **fields}


def a_fault(kind: str, target: str, at: float, until: float | None = None) -> list[Json]:
    """The lines of the journal about something that broke, and that was mended."""
    named = {"fault": 1, "kind": kind, "target": target, "way": ""}
    broken = [{"at": at, "line": "fault", **named, "times": 1}]
    return broken + ([{"at": until, "line": "mended", **named}] if until else [])


def a_step(kind: str, asked: Json, result: Json, at: float) -> Json:
    """An activity that was completed within a tenth of a second."""
    moments = {"scheduled": at, "completed": at + 0.1}
    return {"type": kind, "input": asked, "result": result, **moments, "attempt": 1}


def _histories(events: list[Json]) -> list[Json]:
    created, opened, accepted, progressed, completed = [
        {**event, "id": event["_id"]} for event in copy.deepcopy(events)
    ]
    task = {"id": TASK, "version": 1, "owner": ANA}
    lifecycle = {
        "id": f"task-{TASK}",
        "type": "TaskLifecycleWorkflow",
        "status": "COMPLETED",
        "input": {"new": {"id": TASK}},
        "result": None,
        "signals": [{"at": 0.0, "name": "completed", "input": {"id": "r4"}}],
        "steps": [
            a_step(
                "create_task_activity",
                {"id": TASK, "request_id": created["id"], "title": "Errand x1", "due_at": DUE},
                task,
                DUE_AT - 60,
            ),
            a_step(
                "update_task_activity",
                {"change": {"id": "r5", "progress": 60}},
                {"event": progressed},
                DUE_AT - 20,
            ),
            a_step(
                "update_task_activity",
                {"change": {"id": "r4"}},
                {"event": completed},
                CLOSED_AT,
            ),
        ],
        "failed_tasks": [],
    }
    relay = {
        "id": f"relay-{RELAY}",
        "type": "TaskRelayWorkflow",
        "status": "COMPLETED",
        "input": {
            "relay_id": RELAY,
            "from_user": ANA,
            "to_user": BO,
            "mode": "direct",
            "note": "please x2",
        },
        "result": {"end": "accepted", "refusal": None},
        "signals": [{"at": 0.0, "name": "accepted", "input": {"id": "r3"}}],
        "steps": [
            a_step(
                "relay_task_activity",
                {"request_id": "r2", "relay_id": RELAY},
                {"event": opened, "relay": {"id": RELAY, "end": None}},
                DUE_AT - 50,
            ),
            a_step(
                "end_relay_activity", {"change": {"id": "r3"}}, {"event": accepted}, DUE_AT - 40
            ),
        ],
        "failed_tasks": [],
    }
    return [lifecycle, relay]
