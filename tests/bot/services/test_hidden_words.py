"""What a real Temporal keeps of people's words: none, once there is a key."""

import base64
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio

from devstack.temporal_server import TemporalServer
from relai_core.domain.changes import Edited, RelayDeclined, TaskChange
from relai_core.domain.ids import relay_id
from relai_core.domain.payload_key import new_payload_key
from relai_core.domain.relay import RelayMode
from relai_core.ports import Applied
from tests.bot.services import workers
from tests.bot.services.keyed import SETTING, bot, complete, ended, outsider
from tests.bot.services.workers import a_worker
from tests.fakes import FakeTaskStore
from tests.relai_core.builders import ANA, BEN, NOW, TEAM, Changes, a_new_task, a_request

_ENCODED = re.compile(r'"([A-Za-z0-9+/]{4,}={0,2})"')


class Words(NamedTuple):
    """What people write, or errors quote, in one life of a task."""

    title: str
    description: str
    better_title: str
    note: str
    reason: str
    error: str


class StumblingStore(FakeTaskStore):
    """Its first try to edit a task fails, and says more than it should."""

    def __init__(self, error: str) -> None:
        super().__init__()
        self._errors = [ValueError(error)]

    async def apply(self, change: TaskChange) -> Applied:
        if isinstance(change, Edited) and self._errors:
            raise self._errors.pop()
        return await super().apply(change)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("temporal")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(data: Path) -> AsyncIterator[TemporalServer]:
    async with TemporalServer(data) as started:
        yield started


@pytest.fixture
def words() -> Words:
    return Words(*(f"{place} {secrets.token_hex(6)}" for place in Words._fields))


@pytest.fixture(autouse=True)
def _stumbling_store(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "FakeTaskStore", lambda: StumblingStore(words.error))


async def test_with_a_key_nobody_reads_a_word_of_people(
    server: TemporalServer,
    data: Path,
    task_queue: str,
    monkeypatch: pytest.MonkeyPatch,
    words: Words,
) -> None:
    monkeypatch.setenv(SETTING, new_payload_key())

    lived = await _live(server, task_queue, words)

    assert _found(words, await _legible(server, lived)) == []
    assert _found(words, _on_disk(data)) == []


async def test_without_a_key_everybody_with_access_reads_all(
    server: TemporalServer,
    data: Path,
    task_queue: str,
    monkeypatch: pytest.MonkeyPatch,
    words: Words,
) -> None:
    """So the test above looks where the words would be."""
    monkeypatch.setenv(SETTING, "")

    lived = await _live(server, task_queue, words)

    assert _found(words, await _legible(server, lived)) == list(words)
    assert words.title in _on_disk(data)


async def _live(server: TemporalServer, task_queue: str, words: Words) -> tuple[str, str]:
    """A task is made, handed over, given back and done; the ids of its two workflows."""
    new = a_new_task(title=words.title, description=words.description)
    request, service = a_request(), await bot(server, task_queue)
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
        await ended(server, created.workflow_id)
        await ended(server, relayed.workflow_id)
    return created.workflow_id, relayed.workflow_id


async def _legible(server: TemporalServer, workflow_ids: Sequence[str]) -> str:
    """Whole histories as JSON, and once more what stands there in base64."""
    outside = [await outsider(server, workflow_id) for workflow_id in workflow_ids]
    text = "".join([(await handle.fetch_history()).to_json() for handle in outside])
    encoded = [each for each in _ENCODED.findall(text) if len(each) % 4 == 0]
    return text + "".join(base64.b64decode(each).decode(errors="replace") for each in encoded)


def _on_disk(data: Path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in data.glob("temporal.sqlite3*"))


def _found(words: Words, text: str) -> list[str]:
    return [word for word in words if word in text]
