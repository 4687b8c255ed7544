"""Workflow histories as plain JSON, read from Temporal; what is encrypted is opened here again.

Not by the product's codec: that the form is the one that is written down (docs/adr/0011) is part of
what is judged.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory

from tests.chaos.evidence import Json

_NONCE = 12


class Reader:
    """Reads histories. `keys` open payloads that are encrypted."""

    def __init__(self, keys: Iterable[bytes] = ()) -> None:
        self._ciphers = {sha256(key).hexdigest()[:16].encode(): AESGCM(key) for key in keys}

    def read(self, history: WorkflowHistory, status: Any) -> Json:
        """What a workflow was asked, what it did, and how it ended."""
        events = list(history.events)
        first = events[0].workflow_execution_started_event_attributes
        completed = events[-1].workflow_execution_completed_event_attributes
        return {
            "id": history.workflow_id,
            "type": first.workflow_type.name,
            "status": status.name if status is not None else None,
            "input": self._decoded(first.input.payloads),
            "result": self._decoded(completed.result.payloads),
            "signals": [
                self._signal(event) for event in events if _is(event, "WORKFLOW_EXECUTION_SIGNALED")
            ],
            "steps": self._steps(events),
            "failed_tasks": [
                _failure(event) for event in events if _is(event, "WORKFLOW_TASK_FAILED")
            ],
            "events": len(events),
        }

    def _signal(self, event: HistoryEvent) -> Json:
        signalled = event.workflow_execution_signaled_event_attributes
        return {
            "at": _at(event),
            "name": signalled.signal_name,
            "input": self._decoded(signalled.input.payloads),
        }

    def _steps(self, events: list[HistoryEvent]) -> list[Json]:
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
                    "input": self._decoded(scheduled.input.payloads),
                    "result": self._decoded(done.result.payloads),
                    "scheduled": _at(asked[done.scheduled_event_id]),
                    "completed": _at(event),
                    "attempt": started.activity_task_started_event_attributes.attempt,
                }
            )
        return steps

    def _decoded(self, payloads: Any) -> Any:
        """The first value, as the JSON that it is."""
        values: list[Payload] = list(payloads)
        if not values:
            return None
        opened = self._opened(values[0])
        return json.loads(opened.data) if opened.data else None

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != b"binary/encrypted":
            return payload
        cipher, sealed = self._ciphers[payload.metadata["encryption-key-id"]], payload.data
        return Payload.FromString(cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None))


async def fetch_histories(address: str) -> list[tuple[WorkflowHistory, Any]]:
    """Every workflow execution that Temporal knows, as it keeps it, and its status."""
    client = await Client.connect(address)
    return [
        (
            await client.get_workflow_handle(each.id, run_id=each.run_id).fetch_history(),
            each.status,
        )
        async for each in client.list_workflows()
    ]


async def read_histories(address: str) -> list[Json]:
    """Every workflow execution, as plain JSON, where nothing is encrypted."""
    reader = Reader()
    return [reader.read(*each) for each in await fetch_histories(address)]


def _is(event: HistoryEvent, kind: str) -> bool:
    return EventType.Name(event.event_type) == f"EVENT_TYPE_{kind}"


def _failure(event: HistoryEvent) -> str:
    failed = event.workflow_task_failed_event_attributes
    cause = WorkflowTaskFailedCause.Name(failed.cause)
    return f"{cause}: {failed.failure.message}"[:500]


def _at(event: HistoryEvent) -> float:
    return event.event_time.ToMicroseconds() / 1_000_000
