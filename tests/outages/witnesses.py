"""The small true story of an outage as evidence, for tests that make one witness lie."""

from datetime import UTC, datetime
from typing import Any

from tests.chaos.evidence import Evidence, Json

TEAM, ANA, BO = "T1", "UANA", "UBO"
TASK, OTHER, RELAY = "T1-task", "T1-other", "T1-relay"
AWAY, BACK = 1_772_616_000.0, 1_772_619_600.0
"""Slack is away for an hour."""
WINDOW = 600.0
DUE_AT = AWAY + 1200
DUE = datetime.fromtimestamp(DUE_AT, UTC).isoformat()
ASSIGNED = f"{TASK}:task_assigned:created:{BO}"
REMINDER = f"{TASK}:reminder_due:{DUE}:{BO}"
OFFERED = f"{OTHER}:relay_offered:{RELAY}:{BO}"
LABEL = "This is 40 min late: RelAI could not send it earlier."


def a_true_story() -> Evidence:
    """Bo is given a task that comes due, and is offered another one, all while Slack is away."""
    came = {ASSIGNED: BACK + 10, REMINDER: BACK + 11, OFFERED: BACK + 12.1}
    return Evidence(
        team=TEAM,
        journal=[
            {"at": AWAY - 60, "line": "outage", "part": "slack", "window": WINDOW},
            {"at": AWAY, "line": "away", "part": "slack"},
            an_act(1, "create", typed="/task new", outcome="dispatch_failed", said=""),
            an_act(2, "api_create", asked="POST /api/tasks", status=201, json={"done": True}),
            {"at": BACK, "line": "back", "part": "slack"},
        ],
        inboxes={
            ANA: [],
            BO: [
                a_message(ASSIGNED, came[ASSIGNED]),
                a_message(REMINDER, came[REMINDER], LABEL),
                a_message(OFFERED, came[OFFERED]),
            ],
        },
        documents={
            "tasks": [a_task(TASK, due_at=DUE_AT), a_task(OTHER, version=3)],
            "relays": [_a_relay(came[OFFERED])],
            "notices": [a_row(key, ts) for key, ts in came.items()],
        },
        histories=[
            _a_history(
                "TaskLifecycleWorkflow", f"task-{TASK}", {}, [ASSIGNED, REMINDER], _making(TASK)
            ),
            _a_history(
                "TaskRelayWorkflow",
                f"relay-{RELAY}",
                {"relay_id": RELAY, "answer_by": None},
                [OFFERED],
            ),
        ],
    )


def without_slack(evidence: Evidence, part: str) -> None:
    """Say that another part was away."""
    for line in evidence.journal:
        if "part" in line:
            line["part"] = part


def an_act(number: int, kind: str, *, took: float = 0.4, **answer: Any) -> Json:
    """A try ten minutes into the outage."""
    line = {"at": AWAY + 600, "line": "act", "number": number, "kind": kind}
    return {
        **line,
        "begun": AWAY + 600,
        "took": took,
        "answer": {"user": ANA, "begun": AWAY + 600, **answer},
    }


def a_message(key: str, ts: float, *words: str) -> Json:
    """A card with a button, and these words in its small print."""
    blocks: list[Json] = [{"type": "context", "text": {"text": word}} for word in words]
    payload = {"event_payload": {"key": key}}
    button: Json = {"type": "actions", "elements": []}
    return {"ts": f"{ts:.6f}", "text": "", "blocks": [*blocks, button], "metadata": payload}


def a_task(task_id: str, *, version: int = 1, due_at: float | None = None) -> Json:
    """An open task of Bo's; at version 1 nobody has touched it."""
    fields = {"team_id": TEAM, "owner": BO, "creator": ANA, "status": "open", "title": ""}
    return {"_id": task_id, "version": version, "due_at": due_at, **fields}


def a_row(key: str, ts: float) -> Json:
    """The line of the ledger about a notice that was planned in the outage."""
    notice = {"team_id": TEAM, "planned_at": DUE_AT}
    return {"_id": key, "notice": notice, "state": "sent", "ts": f"{ts:.6f}"}


def completing(task_id: str, at: float) -> Json:
    """The step that closed a task."""
    event = {"task_id": task_id, "version": 2, "kind": "completed", "owner": BO}
    moments = {"scheduled": at, "completed": at + 0.1, "attempt": 1}
    asked = {"change": {"id": "done"}}
    return {
        "type": "update_task_activity",
        "input": asked,
        "result": {"event": event},
        **moments,
    }


def _a_relay(asked_at: float) -> Json:
    """A hand-over that nobody answered within the whole window from when Bo was asked."""
    people = {"note": "", "from_user": ANA, "to_user": BO, "ended_by": None, "end": "unanswered"}
    moments = {"answer_by": asked_at + WINDOW, "ended_at": asked_at + WINDOW + 0.1}
    moments["opened_at"] = AWAY + 60
    return {"_id": RELAY, "team_id": TEAM, "task_id": OTHER, **people, **moments}


def _a_history(kind: str, name: str, asked: Json, keys: list[str], *others: Json) -> Json:
    steps = [*others, *(_saying(key, at) for at, key in enumerate(keys))]
    told = {"input": asked, "result": None, "signals": [], "steps": steps}
    return {"id": name, "type": kind, "status": "RUNNING", **told, "events": 30}


def _making(task_id: str) -> Json:
    asked = {"id": task_id, "title": "", "due_at": DUE}
    moments = {"scheduled": AWAY - 60, "completed": AWAY - 59.9, "attempt": 1}
    made = {"id": task_id, "version": 1, "owner": BO, "status": "open"}
    return {"type": "create_task_activity", "input": asked, "result": made, **moments}


def _saying(key: str, at: float) -> Json:
    task_id, kind, rest = key.split(":", 2)
    moment, _, recipient = rest.rpartition(":")
    notice = {"task_id": task_id, "kind": kind, "moment": moment, "recipient": recipient}
    moments = {"scheduled": AWAY + at, "completed": BACK + at, "attempt": 60}
    return {"type": "send_notification_activity", "input": notice, "result": {}, **moments}
