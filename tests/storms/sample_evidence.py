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


def sample_evidence() -> Evidence:
    """Ana makes a task and hands it to Bo, who accepts it, is reminded and completes it."""
    events = [
        _event(1, "created", ANA, ANA),
        _event(2, "relay_opened", ANA, BO, relay_id=RELAY),
        _event(3, "relay_accepted", BO, BO, relay_id=RELAY),
        _event(4, "completed", BO, BO),
    ]
    task = {"_id": TASK, "team_id": TEAM, "number": 1, "title": "Errand x1", "status": "completed"}
    relay = {"_id": RELAY, "team_id": TEAM, "task_id": TASK, "from_user": ANA, "to_user": BO}
    relay |= {"mode": "direct", "note": "please x2", "reason": ""}
    ended = {"answer_by": DUE_AT - 30, "end": "accepted", "ended_at": DUE_AT - 40, "ended_by": BO}
    posts = {OFFERED: DUE_AT - 49, ENDED: DUE_AT - 39, REMINDER: DUE_AT + 1}
    foreign: dict[str, list[Json]] = {
        "tasks": [{"_id": "T2-task", "team_id": "T2", "title": MARK, "number": 900_001}],
        "relays": [{"_id": "T2-relay", "team_id": "T2"}],
    }
    return Evidence(
        team=TEAM,
        journal=[
            {"line": "plan", "away": None, "seed": 7, "seconds": 9}
            | {"transport": "http", "is_encrypted": True},
            {"line": "guest", "user": "UGUS"},
            act(1, "create", ANA, "T-1 *Errand x1* is yours.", typed="/task", title="Errand x1"),
            act(2, "relay", ANA, "Bo owns it. An answer is awaited", typed="…", note="please x2"),
            act(3, "accept", BO, "", pressed="relay_accept", about=RELAY),
            act(4, "done", BO, "T-1: Done by you.", typed="/task done T-1", task="T-1"),
            {"line": "settled", "pending": []},
        ],
        inboxes={
            person: [message(key, ts) for key, ts in posts.items() if key.endswith(person)]
            for person in (ANA, BO)
        },
        documents={
            "tasks": [{**task, "owner": BO, "creator": ANA, "version": 4}, *foreign["tasks"]],
            "relays": [relay | ended, *foreign["relays"]],
            "task_events": events,
            "notices": [row(key, ts) for key, ts in posts.items()],
        },
        histories=[_history(events)],
        foreign=foreign,
        searched=dict.fromkeys(PLACES, 1),
    )


def act(number: int, kind: str, user: str, said: str, **asked: Any) -> Json:
    """An act whose request is `r` and its number, with one answer."""
    answer = {"request": f"r{number}", "outcome": "ok", "said": said}
    named = {"line": "act", "number": number, "kind": kind, "user": user}
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
    named = {"_id": f"r{version}", "id": f"r{version}", "task_id": TASK, "version": version}
    told = {"kind": kind, "actor": actor, "owner": owner}
    return named | told | {"relay_id": None, "settled": None, "via": None} | fields


def _history(events: list[Json]) -> Json:
    """The run of the task's workflow, with a step for each event."""
    told: Json = {"type": "TaskLifecycleWorkflow", "status": "COMPLETED", "failed_tasks": []}
    told |= {"id": f"task-{TASK}", "input": {}, "result": {}, "signals": [{"id": "r4"}]}
    steps = []
    for event, after in zip(events, (-60, -50, -40, 60), strict=True):
        change = {"id": event["id"], "due_at": DUE if event["kind"] == "created" else None}
        moments = {"scheduled": DUE_AT + after, "completed": DUE_AT + after + 0.1}
        step: Json = {"type": "…", "input": {"change": change}, "result": {"event": dict(event)}}
        steps.append(step | moments)
    return told | {"steps": steps}
