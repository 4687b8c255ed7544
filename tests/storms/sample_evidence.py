"""The evidence of a small storm in which no promise was broken, to be changed by tests."""

from typing import Any

from tests.storms.evidence import Evidence, Json
from tests.storms.other_workspace import MARK
from tests.storms.secret_search import PLACES

TEAM, ANA, BO, TASK, RELAY = "T1", "UANA", "UBO", "T1-task", "T1-relay"
DUE, DUE_AT = "2026-03-04T10:00:00+00:00", 1_772_618_400.0
OFFERED = f"{TASK}:relay_offered:{RELAY}:{BO}"
ENDED = f"{TASK}:relay_ended:{RELAY}:{ANA}"
REMINDER = f"{TASK}:reminder_due:{DUE}:{BO}"
COMPLETED_AT = DUE_AT + 60


def sample_evidence() -> Evidence:
    """Ana makes a task and hands it to Bo, who accepts it, is reminded and completes it."""
    events = [
        _event(1, "created", ANA, ANA),
        _event(2, "relay_opened", ANA, BO, relay_id=RELAY),
        _event(3, "relay_accepted", BO, BO, relay_id=RELAY),
        _event(4, "completed", BO, BO),
    ]
    foreign = _foreign()
    return Evidence(
        team=TEAM,
        journal=[
            {"at": 0.0, "line": "plan", "away": None},
            {"at": 0.0, "line": "guest", "user": "UGUS"},
            act(
                1, "create", ANA, "T-1 *Errand x1* is yours.", typed="/task new", title="Errand x1"
            ),
            act(2, "relay", ANA, "Bo owns it. An answer is awaited", typed="…", note="please x2"),
            act(3, "accept", BO, "", pressed="relay_accept", about=RELAY),
            act(4, "done", BO, "T-1: Done by you.", typed="/task done T-1", task="T-1"),
            {"at": 0.0, "line": "settled", "pending": []},
        ],
        inboxes={
            ANA: [message(ENDED, DUE_AT - 39)],
            BO: [message(OFFERED, DUE_AT - 49), message(REMINDER, DUE_AT + 1)],
        },
        documents={
            "tasks": [_task(), *foreign["tasks"]],
            "relays": [_relay(), *foreign["relays"]],
            "task_events": events,
            "notices": [
                row(OFFERED, DUE_AT - 49),
                row(ENDED, DUE_AT - 39),
                row(REMINDER, DUE_AT + 1),
            ],
        },
        histories=_histories(events),
        foreign=_foreign(),
        searched=dict.fromkeys(PLACES, 1),
    )


def act(number: int, kind: str, user: str, said: str, **asked: Any) -> Json:
    """An act whose request is `r` and its number, with one answer."""
    answer = {"request": f"r{number}", "outcome": "ok", "said": said}
    named = {"at": 0.0, "line": "act", "number": number, "kind": kind, "user": user}
    return named | asked | {"answers": [answer]}


def message(key: str, ts: float) -> Json:
    """A message that is a notice."""
    return {"ts": f"{ts:.6f}", "text": "", "metadata": {"event_payload": {"key": key}}}


def row(key: str, ts: float, **fields: Any) -> Json:
    """The ledger's row of a notice that was posted at the first try."""
    moments = {"attempted_at": ts - 0.1, "last_attempt_at": ts - 0.1, "unknown_since": None}
    settled = {"state": "sent", "reason": "", "notice": {"team_id": TEAM}}
    return {"_id": key} | moments | settled | fields


def _event(version: int, kind: str, actor: str, owner: str, **fields: Any) -> Json:
    named = {"_id": f"r{version}", "task_id": TASK, "version": version, "kind": kind}
    told = {"actor": actor, "owner": owner, "relay_id": None, "settled": None, "via": None}
    return named | told | fields


def _task() -> Json:
    named = {"_id": TASK, "team_id": TEAM, "number": 1, "title": "Errand x1"}
    return named | {"owner": BO, "creator": ANA, "status": "completed", "version": 4}


def _relay() -> Json:
    named = {"_id": RELAY, "team_id": TEAM, "task_id": TASK, "from_user": ANA, "to_user": BO}
    opened = {"mode": "direct", "note": "please x2", "reason": "", "nudge_at": DUE_AT - 40}
    ended = {"answer_by": DUE_AT - 30, "end": "accepted", "ended_at": DUE_AT - 40, "ended_by": BO}
    return named | opened | ended


def _foreign() -> dict[str, list[Json]]:
    task = {"_id": "T2-task", "team_id": "T2", "title": MARK, "number": 900_001}
    return {"tasks": [task], "relays": [{"_id": "T2-relay", "team_id": "T2"}]}


def _histories(events: list[Json]) -> list[Json]:
    created, opened, accepted, completed = [{**event, "id": event["_id"]} for event in events]
    new = {"id": TASK, "request_id": "r1", "due_at": DUE}
    lifecycle = [
        _step("create_task_activity", new, {"id": TASK}, DUE_AT - 60),
        _step("update_task_activity", _change("r4"), {"event": completed}, COMPLETED_AT),
    ]
    relaying = [
        _step("relay_task_activity", {"request_id": "r2"}, {"event": opened}, DUE_AT - 50),
        _step("end_relay_activity", _change("r3"), {"event": accepted}, DUE_AT - 40),
    ]
    del created
    relay = {"relay_id": RELAY, "note": "please x2", "request_id": "r2"}
    return [
        _history("TaskLifecycleWorkflow", f"task-{TASK}", {}, {}, lifecycle, "r4"),
        _history("TaskRelayWorkflow", f"relay-{RELAY}", relay, {"end": "accepted"}, relaying, "r3"),
    ]


def _history(
    kind: str, name: str, asked: Json, result: Json, steps: list[Json], signal: str
) -> Json:
    told = {"input": asked, "result": result, "signals": [{"id": signal}], "steps": steps}
    return {"id": name, "type": kind, "status": "COMPLETED", "failed_tasks": []} | told


def _change(request: str) -> Json:
    return {"change": {"id": request}}


def _step(kind: str, asked: Json, result: Json, at: float) -> Json:
    moments = {"scheduled": at, "completed": at + 0.1}
    return {"type": kind, "input": asked, "result": result} | moments
