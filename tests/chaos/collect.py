"""Asks each witness for what it knows: the sandbox, MongoDB, Temporal."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import aiohttp
from pymongo import MongoClient
from pymongo.collection import Collection
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from tests.chaos.crowd import Crowd
from tests.chaos.evidence import Evidence, Json
from tests.chaos.journal import Journal
from tests.chaos.stack import DATABASE, ChaosStack

_COLLECTIONS = ("tasks", "tasks_archive", "relays", "task_events", "notices", "keyed_requests")


async def collect(
    stack: ChaosStack, crowd: Crowd, journal: Journal, team: str, foreign: dict[str, list[Json]]
) -> Evidence:
    """Collect everything. The stack must be whole and quiet."""
    inboxes = {person.id: await person.messages() for person in crowd.everyone}
    return Evidence(
        team=team,
        journal=journal.lines,
        inboxes=inboxes,
        documents=await asyncio.to_thread(read_documents, stack.mongod.uri),
        histories=await read_histories(stack.temporal.address),
        foreign=foreign,
    )


def read_documents(uri: str) -> dict[str, list[Json]]:
    """Every document, with plain JSON in it."""
    client: MongoClient[Json]
    with MongoClient(uri, tz_aware=True, tzinfo=UTC) as client:
        return {name: _read_all(client[DATABASE][name]) for name in _COLLECTIONS}


def _read_all(collection: Collection[Json]) -> list[Json]:
    documents: list[Json] = list(collection.find({}))
    return [plain(document) for document in documents]


def plain(value: Any) -> Any:
    """The same, with moments as seconds since the epoch."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


async def read_histories(address: str) -> list[Json]:
    """Every workflow execution: what it was asked, what it did, and how it ended."""
    client = await Client.connect(address)
    return [
        await _history(client, execution.id, execution.run_id, execution.status)
        async for execution in client.list_workflows()
    ]


async def _history(client: Client, workflow_id: str, run_id: str, status: Any) -> Json:
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    events = [event async for event in handle.fetch_history_events()]
    first = events[0].workflow_execution_started_event_attributes
    return {
        "id": workflow_id,
        "type": first.workflow_type.name,
        "status": status.name if status is not None else None,
        "input": _decoded(first.input.payloads),
        "result": _result(events[-1]),
        "signals": [
            _signal(event) for event in events if _is(event, "WORKFLOW_EXECUTION_SIGNALED")
        ],
        "steps": _steps(events),
        "failed_tasks": [_failure(event) for event in events if _is(event, "WORKFLOW_TASK_FAILED")],
        "events": len(events),
    }


def _is(event: HistoryEvent, kind: str) -> bool:
    return EventType.Name(event.event_type) == f"EVENT_TYPE_{kind}"


def _signal(event: HistoryEvent) -> Json:
    signalled = event.workflow_execution_signaled_event_attributes
    return {
        "at": _at(event),
        "name": signalled.signal_name,
        "input": _decoded(signalled.input.payloads),
    }


def _failure(event: HistoryEvent) -> str:
    failed = event.workflow_task_failed_event_attributes
    cause = WorkflowTaskFailedCause.Name(failed.cause)
    return f"{cause}: {failed.failure.message}"[:500]


def _steps(events: list[HistoryEvent]) -> list[Json]:
    """The activities that were completed, each with its input and its result."""
    asked = {e.event_id: e for e in events if _is(e, "ACTIVITY_TASK_SCHEDULED")}
    begun = {e.event_id: e for e in events if _is(e, "ACTIVITY_TASK_STARTED")}
    steps = []
    for event in events:
        if not _is(event, "ACTIVITY_TASK_COMPLETED"):
            continue
        done = event.activity_task_completed_event_attributes
        scheduled = asked[done.scheduled_event_id].activity_task_scheduled_event_attributes
        started = begun[done.started_event_id]
        steps.append(
            {
                "type": scheduled.activity_type.name,
                "input": _decoded(scheduled.input.payloads),
                "result": _decoded(done.result.payloads),
                "scheduled": _at(asked[done.scheduled_event_id]),
                "completed": _at(event),
                "attempt": started.activity_task_started_event_attributes.attempt,
            }
        )
    return steps


def _result(last: HistoryEvent) -> Any:
    completed = last.workflow_execution_completed_event_attributes
    return _decoded(completed.result.payloads)


def _decoded(payloads: Any) -> Any:
    """The first value, as the JSON that it is."""
    values: list[Payload] = list(payloads)
    return json.loads(values[0].data) if values and values[0].data else None


def _at(event: HistoryEvent) -> float:
    return event.event_time.ToMicroseconds() / 1_000_000


async def team_of(session: aiohttp.ClientSession, url: str) -> str:
    """The id of the sandbox's workspace."""
    async with session.get(f"{url}control/workspace") as answer:
        return str((await answer.json())["team"]["id"])
