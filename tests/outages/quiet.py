"""Waits until nothing is left to do or to say."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from pymongo import MongoClient
from temporalio.client import Client

from tests.chaos.journal import Journal, Json
from tests.chaos.stack import DATABASE
from tests.outages.stack import OutageStack

_PATIENCE = 1500.0
"""Seconds. A hand-over that is offered late has its whole window from then on, ten minutes."""
_STILL_FOR = 7.0
"""Seconds. An outcome that nobody heard is told after five."""
_POLL = 1.0
_TOLD_EVERY = 30


async def until_quiet(
    stack: OutageStack, journal: Journal, busy_until: float, progress: Callable[[str], None]
) -> None:
    """Return once nothing has been pending for a while, or patience is at its end.

    `busy_until` is the last moment for which something is planned, such as a reminder.
    """
    client = await Client.connect(stack.temporal.address)
    since, looks = time.time(), 0
    deadline = max(since, busy_until) + _PATIENCE
    while True:
        pending = await _pending(client, stack.mongod.uri)
        since = time.time() if pending else since
        if time.time() > max(since + _STILL_FOR, busy_until):
            journal.note("quiet")
            return
        if time.time() > deadline:
            journal.note("not_quiet", pending=pending)
            return
        if looks % _TOLD_EVERY == 0:
            progress(f"{len(pending)} left to do or to say")
        looks += 1
        await asyncio.sleep(_POLL)


async def _pending(client: Client, uri: str) -> list[str]:
    pending: list[str] = await asyncio.to_thread(_unsettled, uri)
    async for execution in client.list_workflows("ExecutionStatus = 'Running'"):
        described = await client.get_workflow_handle(execution.id).describe()
        raw = described.raw_description
        if raw.pending_activities or raw.HasField("pending_workflow_task"):
            pending.append(execution.id)
    return pending


def _unsettled(uri: str) -> list[Any]:
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        relays = client[DATABASE]["relays"].distinct("_id", {"end": None})
        waiting = {"state": {"$in": ["planned", "ambiguous"]}}
        return [*relays, *client[DATABASE]["notices"].distinct("_id", waiting)]
