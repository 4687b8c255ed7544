"""With a payload key, a real Temporal stores no text that people wrote."""

import base64
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from devstack.temporal_server import TemporalServer
from relai_core.domain.changes import Edited, RelayDeclined, TaskChange
from relai_core.domain.ids import relay_id
from relai_core.domain.payload_key import new_payload_key
from relai_core.domain.relay import RelayMode
from relai_core.ports import Applied
from tests.bot.services import workers
from tests.bot.services.keyed import (
    SETTING,
    complete,
    keyed_service,
    outsider,
    wait_until_completed,
)
from tests.bot.services.workers import a_worker
from tests.fakes import FakeTaskStore
from tests.relai_core.builders import ANA, BEN, NOW, TEAM, Changes, a_new_task, a_request

_ENCODED = re.compile(r'"([A-Za-z0-9+/]{4,}={0,2})"')


class Words(NamedTuple):
    """Texts that people write, or errors quote, in the life of one task."""

    title: str
    description: str
    better_title: str
    note: str
    reason: str
    error: str


class FailingStore(FakeTaskStore):
    """A store whose first edit fails with an error that quotes a text."""

    def __init__(self, error: str) -> None:
        super().__init__()
        self._errors = [ValueError(error)]

    async def apply(self, change: TaskChange) -> Applied:
        if isinstance(change, Edited) and self._errors:
            raise self._errors.pop()
        return await super().apply(change)


@pytest.fixture
def words() -> Words:
    return Words(*(f"{place} {secrets.token_hex(6)}" for place in Words._fields))


@pytest.fixture
def store(words: Words, monkeypatch: pytest.MonkeyPatch) -> FailingStore:
    """The store of the worker."""
    failing = FailingStore(words.error)
    monkeypatch.setattr(workers, "FakeTaskStore", lambda: failing)
    return failing


async def test_key_hides_every_text_of_people(
    server: TemporalServer,
    temporal_data: Path,
    task_queue: str,
    monkeypatch: pytest.MonkeyPatch,
    words: Words,
    store: FailingStore,
) -> None:
    monkeypatch.setenv(SETTING, new_payload_key())

    lived = await _run_task(server, task_queue, words, store)

    assert _words_in(words, await _readable(server, lived)) == []
    assert _words_in(words, _on_disk(temporal_data)) == []


async def test_missing_key_leaves_every_text_readable(
    server: TemporalServer,
    temporal_data: Path,
    task_queue: str,
    monkeypatch: pytest.MonkeyPatch,
    words: Words,
    store: FailingStore,
) -> None:
    """This proves that the test above looks in the right places."""
    monkeypatch.setenv(SETTING, "")

    lived = await _run_task(server, task_queue, words, store)

    assert _words_in(words, await _readable(server, lived)) == list(words)
    assert words.title in _on_disk(temporal_data)


async def _run_task(
    server: TemporalServer, task_queue: str, words: Words, store: FailingStore
) -> tuple[str, str]:
    """Create, hand over, decline and complete a task; return the ids of both workflows."""
    new = a_new_task(title=words.title, description=words.description)
    request, service = a_request(), await keyed_service(server, task_queue)
    async with a_worker(server, task_queue):
        created = await service.start_task_lifecycle_workflow(new)
        relayed = await service.start_task_relay_workflow(
            new.id,
            ANA,
            BEN,
            words.note,
            request=request,
            mode=RelayMode.DIRECT,
            window=timedelta(minutes=10),
        )
        declined = RelayDeclined(
            id=a_request(),
            task_id=new.id,
            at=NOW,
            actor=BEN,
            relay_id=relay_id(TEAM, request),
            reason=words.reason,
        )
        await service.signal_relay_answered(relayed.workflow_id, change=declined)
        better = Changes(new).edited(title=words.better_title)
        await service.signal_task_edited(created.workflow_id, change=better)
        await complete(service, new)
        await wait_until_completed(store, new)
    return created.workflow_id, relayed.workflow_id


async def _readable(server: TemporalServer, workflow_ids: Sequence[str]) -> str:
    """Return whole histories as JSON, and their base64 parts decoded."""
    outside = [await outsider(server, workflow_id) for workflow_id in workflow_ids]
    text = "".join([(await handle.fetch_history()).to_json() for handle in outside])
    encoded = [each for each in _ENCODED.findall(text) if len(each) % 4 == 0]
    return text + "".join(base64.b64decode(each).decode(errors="replace") for each in encoded)


def _on_disk(data: Path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in data.glob("temporal.sqlite3*"))


def _words_in(words: Words, text: str) -> list[str]:
    return [word for word in words if word in text]
