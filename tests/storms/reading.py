"""Reads documents from MongoDB and histories from Temporal as plain JSON.

Encrypted payloads are decrypted here, not by the product's codec, so that their documented form
(docs/adr/0011) is checked too.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo import MongoClient
from pymongo.database import Database
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory

from tests.storms.evidence import Json
from tests.storms.stack import DATABASE

_COLLECTIONS = ("tasks", "tasks_archive", "relays", "task_events", "notices", "api_requests")
_NONCE = 12


def read_documents(uri: str) -> dict[str, list[Json]]:
    """Every document, with moments as seconds since the epoch."""
    client: MongoClient[Json]
    with MongoClient(uri, tz_aware=True, tzinfo=UTC) as client:
        database: Database[Json] = client[DATABASE]
        return {name: [_plain(each) for each in database[name].find()] for name in _COLLECTIONS}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


async def fetch_histories(address: str) -> list[tuple[WorkflowHistory, str]]:
    """Every run of every workflow, as Temporal keeps it, and its status."""
    client = await Client.connect(address)
    found = []
    async for each in client.list_workflows():
        run = client.get_workflow_handle(each.id, run_id=each.run_id)
        found.append((await run.fetch_history(), each.status.name if each.status else ""))
    return found


class HistoryReader:
    """Reads histories. `keys` open payloads that are encrypted."""

    def __init__(self, keys: Iterable[bytes] = ()) -> None:
        self._ciphers = {sha256(key).hexdigest()[:16].encode(): AESGCM(key) for key in keys}

    def read(self, history: WorkflowHistory, status: str) -> Json:
        """The input, signals and activities of a run, and its end."""
        events = list(history.events)
        first = events[0].workflow_execution_started_event_attributes
        completed = events[-1].workflow_execution_completed_event_attributes
        return {
            "id": history.workflow_id,
            "type": first.workflow_type.name,
            "status": status,
            "input": self._decode(first.input.payloads),
            "result": self._decode(completed.result.payloads),
            "signals": [
                self._decode(event.workflow_execution_signaled_event_attributes.input.payloads)
                for event in events
                if _is(event, "WORKFLOW_EXECUTION_SIGNALED")
            ],
            "steps": list(self._steps(events)),
            "failed_tasks": [
                str(event.workflow_task_failed_event_attributes)[:800]
                for event in events
                if _is(event, "WORKFLOW_TASK_FAILED")
            ],
        }

    def _steps(self, events: list[HistoryEvent]) -> Iterator[Json]:
        asked = {event.event_id: event for event in events}
        for event in events:
            if _is(event, "ACTIVITY_TASK_COMPLETED"):
                done = event.activity_task_completed_event_attributes
                begun = asked[done.scheduled_event_id]
                scheduled = begun.activity_task_scheduled_event_attributes
                yield {
                    "type": scheduled.activity_type.name,
                    "input": self._decode(scheduled.input.payloads),
                    "result": self._decode(done.result.payloads),
                    "scheduled": begun.event_time.ToMicroseconds() / 1_000_000,
                    "completed": event.event_time.ToMicroseconds() / 1_000_000,
                }

    def _decode(self, payloads: Iterable[Payload]) -> Any:
        for payload in payloads:
            opened = self._open(payload)
            return json.loads(opened.data) if opened.data else None
        return None

    def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != b"binary/encrypted":
            return payload
        cipher, sealed = self._ciphers[payload.metadata["encryption-key-id"]], payload.data
        return Payload.FromString(cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None))


def _is(event: HistoryEvent, kind: str) -> bool:
    return EventType.Name(event.event_type) == f"EVENT_TYPE_{kind}"
