"""Waits until the system has nothing left to do: what is wrong then stays wrong."""

import asyncio
import time
from typing import Any

from pymongo import MongoClient
from temporalio.client import Client

from tests.chaos.journal import Journal, Json
from tests.chaos.stack import DATABASE, ChaosStack
from tests.scenarios.people import Workspace

PATIENCE = 180.0
"""Seconds. The longest pause before a retry of a message is one minute. While Slack itself has an
event to send again, which it gives up after six minutes, nobody else is short of patience."""
_STILL_FOR = 7.0
"""Seconds. An outcome that nobody heard is told after five."""
_POLL = 1.0


async def until_quiet(
    stack: ChaosStack, workspace: Workspace, journal: Journal, team: str, busy_until: float
) -> Json:
    """Return once nothing has moved for a while, or patience is at its end: what was left then.

    `busy_until` is the last moment for which something is planned, such as a reminder.
    """
    client = await Client.connect(stack.temporal.address)
    deadline = max(time.time(), busy_until) + PATIENCE
    seen, since = None, time.time()
    while True:
        left = await _left_to_do(client, stack.mongod.uri, team)
        if announced := (await workspace.get("events"))["pending"]:
            left["pending"] += announced
            deadline = max(deadline, time.time() + PATIENCE)
        if (sight := str(left)) != seen:
            seen, since = sight, time.time()
        is_still = not left["pending"] and time.time() - since > _STILL_FOR
        if (is_still and time.time() > busy_until) or time.time() > deadline:
            return journal.note("quiet" if is_still else "not_quiet", **left)
        await asyncio.sleep(_POLL)


async def _left_to_do(client: Client, uri: str, team: str) -> Json:
    pending: list[Any] = await asyncio.to_thread(_unsettled, uri, team)
    events = 0
    async for execution in client.list_workflows("ExecutionStatus = 'Running'"):
        described = await client.get_workflow_handle(execution.id).describe()
        raw = described.raw_description
        events += described.history_length
        pending += [
            f"{execution.id}: {activity.activity_type.name}, attempt {activity.attempt}: "
            f"{activity.last_failure.message[:200]}"
            for activity in raw.pending_activities
        ]
        if raw.HasField("pending_workflow_task") or execution.workflow_type == "TaskRelayWorkflow":
            pending.append(execution.id)
    return {"pending": pending, "events": events}


def _unsettled(uri: str, team: str) -> list[Any]:
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        relays = client[DATABASE]["relays"].distinct("_id", {"end": None, "team_id": team})
        waiting = {"state": {"$in": ["planned", "ambiguous"]}, "notice.team_id": team}
        return [*relays, *client[DATABASE]["notices"].distinct("_id", waiting)]
