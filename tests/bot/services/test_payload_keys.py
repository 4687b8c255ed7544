"""Changing the payload keys of a running system loses no task."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, ScheduleActionStartWorkflow, WorkflowHandle
from temporalio.worker import Worker

from bot.services.temporal_service import TemporalService
from devstack.temporal_server import TemporalServer
from relai_activities.tasks import TaskActivities
from relai_core.codec import UnreadablePayloadError
from relai_core.domain.hours import WorkingHours
from relai_core.domain.payload_key import new_payload_key
from relai_core.domain.task import TaskStatus
from relai_workflows.ids import CLEANUP_SCHEDULE_ID
from relai_workflows.schedules import ensure_cleanup_schedule
from relai_workflows.task_lifecycle import TaskLifecycleWorkflow
from tests.bot.services import workers
from tests.bot.services.keyed import (
    SETTING,
    bot_client,
    complete,
    keyed_service,
    outsider,
    wait_for_end,
    wait_until_completed,
    writing_id,
)
from tests.bot.services.workers import a_worker
from tests.fakes import FakeDirectory, FakeTaskStore
from tests.relai_core.builders import a_new_task

OLD, NEW = new_payload_key(), new_payload_key()
_KEY_ID = re.compile(r'"encryption-key-id": *"([^"]+)"')
_PLAIN = base64.b64encode(b"json/plain").decode()


def _plain(node: Any) -> Iterator[str]:
    """Yield the payloads that are not encrypted. The SDK's own never are."""
    if isinstance(node, dict):
        if node.get("metadata", {}).get("encoding") == _PLAIN:
            yield base64.b64decode(node.get("data", "")).decode()
        for value in node.values():
            yield from _plain(value)
    if isinstance(node, list):
        for value in node:
            yield from _plain(value)


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch) -> FakeTaskStore:
    """The one store of all workers of a test."""
    kept = FakeTaskStore()
    monkeypatch.setattr(workers, "FakeTaskStore", lambda: kept)
    return kept


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", NEW, id="on"),
        pytest.param(f"plain,{NEW}", NEW, id="on-without-a-stop"),
        pytest.param(OLD, f"{NEW},{OLD}", id="another"),
        pytest.param(OLD, f"plain,{OLD}", id="off"),
    ],
)
async def test_task_survives_a_change_of_keys(
    server: TemporalServer,
    task_queue: str,
    monkeypatch: pytest.MonkeyPatch,
    store: FakeTaskStore,
    before: str,
    after: str,
) -> None:
    new = a_new_task()
    monkeypatch.setenv(SETTING, before)
    async with a_worker(server, task_queue):
        created = await (await keyed_service(server, task_queue)).start_task_lifecycle_workflow(new)

    monkeypatch.setenv(SETTING, after)
    async with a_worker(server, task_queue):
        await complete(await keyed_service(server, task_queue), new)
        await wait_until_completed(store, new)

    text = (await (await outsider(server, created.workflow_id)).fetch_history()).to_json()
    written_with = {base64.b64decode(key).decode() for key in _KEY_ID.findall(text)}
    assert written_with == {writing_id(keys) for keys in (before, after)} - {None}
    is_readable = any(new.title in words for words in _plain(json.loads(text)))
    assert is_readable == (None in {writing_id(before), writing_id(after)})


async def test_task_without_its_key_waits_for_it(
    server: TemporalServer,
    task_queue: str,
    monkeypatch: pytest.MonkeyPatch,
    store: FakeTaskStore,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its signals are kept, although the SDK drops signals that it can't decode."""
    new = a_new_task()
    monkeypatch.setenv(SETTING, OLD)
    async with a_worker(server, task_queue):
        created = await (await keyed_service(server, task_queue)).start_task_lifecycle_workflow(new)
    await complete(await keyed_service(server, task_queue), new)

    monkeypatch.setenv(SETTING, "")
    async with a_worker(server, task_queue):
        error_type = await _failed_workflow_task(await outsider(server, created.workflow_id))

    assert error_type == "UnreadablePayloadError"
    assert f"{writing_id(OLD)!r}, which is not in RELAI_PAYLOAD_KEYS" in caplog.text
    assert all(task.is_open for task in store.tasks.values())

    monkeypatch.setenv(SETTING, OLD)
    async with a_worker(server, task_queue):
        await wait_until_completed(store, new)


async def test_activity_without_its_key_is_retried(
    server: TemporalServer,
    task_queue: str,
    monkeypatch: pytest.MonkeyPatch,
    store: FakeTaskStore,
    caplog: pytest.LogCaptureFixture,
) -> None:
    new = a_new_task()
    create = TaskActivities(store, FakeDirectory(), WorkingHours.parse("mon-sun 00:00-24:00"))
    monkeypatch.setenv(SETTING, NEW)
    unable = await bot_client(server)
    monkeypatch.setenv(SETTING, OLD)
    able = await bot_client(server)

    async with Worker(able, task_queue=task_queue, workflows=[TaskLifecycleWorkflow]):
        async with Worker(unable, task_queue=task_queue, activities=[create.create_task]):
            answered = await TemporalService(able, task_queue).start_task_lifecycle_workflow(new)
        assert answered.outcome is None
        assert f"{writing_id(OLD)!r}, which is not in RELAI_PAYLOAD_KEYS" in caplog.text
    async with a_worker(server, task_queue):
        await complete(TemporalService(able, task_queue), new)
        await able.get_workflow_handle(answered.workflow_id).result()

    assert store.tasks[new.id].status is TaskStatus.COMPLETED


async def test_client_without_a_key_learns_its_id(
    server: TemporalServer, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = a_new_task()
    monkeypatch.setenv(SETTING, OLD)
    service = await keyed_service(server, task_queue)
    async with a_worker(server, task_queue):
        created = await service.start_task_lifecycle_workflow(new)
        await complete(service, new)
        await wait_for_end(server, created.workflow_id)

    monkeypatch.setenv(SETTING, NEW)
    with pytest.raises(UnreadablePayloadError, match="RELAI_PAYLOAD_KEYS") as refused:
        await wait_for_end(server, created.workflow_id)

    assert str(writing_id(OLD)) in str(refused.value)


async def test_cleanup_schedule_does_not_need_the_old_key(
    server: TemporalServer, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each start of a worker rewrites the Schedule."""
    for keys in (OLD, NEW):
        monkeypatch.setenv(SETTING, keys)
        client = await bot_client(server)
        await ensure_cleanup_schedule(client, task_queue, timedelta(days=30))

    handle = (await Client.connect(server.address)).get_schedule_handle(CLEANUP_SCHEDULE_ID)
    action = (await handle.describe()).schedule.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    (payload,) = action.args
    assert payload.metadata["encryption-key-id"].decode() == writing_id(NEW)


async def _failed_workflow_task(handle: WorkflowHandle[object, object]) -> str:
    """Wait for the first workflow task that fails, and return the type of its error."""
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            failure = event.workflow_task_failed_event_attributes.failure
            return failure.application_failure_info.type
    raise AssertionError("the workflow ended")
