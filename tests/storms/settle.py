"""Waits until the system has nothing left to do: what is wrong then stays wrong."""

import asyncio
import time

from pymongo import MongoClient
from temporalio.client import Client

from tests.storms.evidence import Journal, Json
from tests.storms.stack import DATABASE, StormStack

_PATIENCE = 180.0
"""Seconds. The longest pause before a retry of a message is one minute."""
_STILL_FOR = 7.0
"""Seconds. An outcome that was not heard is told after five."""


async def until_settled(stack: StormStack, journal: Journal, team: str, busy_until: float) -> None:
    """Return when nothing has moved for a while, or patience is at its end.

    `busy_until` is the last moment for which something is planned, such as a reminder.
    """
    client = await Client.connect(stack.temporal.address)
    deadline = max(time.time(), busy_until) + _PATIENCE
    seen, since = "", time.time()
    while time.time() < deadline:
        pending, events = await _left_to_do(client, stack.mongod.uri, team)
        if (sight := f"{pending} {events}") != seen:
            seen, since = sight, time.time()
        if not pending and time.time() > max(busy_until, since + _STILL_FOR):
            journal.note("settled", pending=[])
            return
        await asyncio.sleep(1)
    journal.note("settled", pending=seen)


async def _left_to_do(client: Client, uri: str, team: str) -> tuple[list[str], int]:
    pending = await asyncio.to_thread(_unsettled, uri, team)
    events = 0
    async for execution in client.list_workflows("ExecutionStatus = 'Running'"):
        described = await client.get_workflow_handle(execution.id).describe()
        raw = described.raw_description
        events += described.history_length
        pending += [f"{execution.id}: {each.activity_type.name}" for each in raw.pending_activities]
        if raw.HasField("pending_workflow_task") or execution.workflow_type == "TaskRelayWorkflow":
            pending.append(execution.id)
    return pending, events


def _unsettled(uri: str, team: str) -> list[str]:
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        relays = client[DATABASE]["relays"].distinct("_id", {"end": None, "team_id": team})
        waiting = {"state": {"$in": ["planned", "ambiguous"]}, "notice.team_id": team}
        return [*relays, *client[DATABASE]["notices"].distinct("_id", waiting)]
