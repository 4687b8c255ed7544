"""Clients with the payload keys of the environment, and one without keys."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    WorkflowHandle,
)

from bot.services.temporal_service import TemporalService
from devstack.temporal_server import TemporalServer
from relai_core import temporal
from relai_core.domain.payload_key import parse_payload_keys
from relai_core.domain.task import NewTask
from relai_workflows.ids import lifecycle_id
from tests.bot.services.workers import settings_for
from tests.fakes import FakeTaskStore
from tests.relai_core.builders import Changes

SETTING = "RELAI_PAYLOAD_KEYS"


class _RetriedSoon(OutboundInterceptor):
    """Starts workflows whose tasks are retried after a second if their worker is gone."""

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        input.task_timeout = timedelta(seconds=1)
        return await self.next.start_workflow(input)


class _Interceptor(Interceptor):
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _RetriedSoon(next)


async def bot_client(server: TemporalServer) -> Client:
    """Connect with the keys that are set now."""
    config = (await temporal.connect(settings_for(server))).config()
    config["interceptors"] = [_Interceptor()]
    return Client(**config)


async def keyed_service(server: TemporalServer, task_queue: str) -> TemporalService:
    """Return a gateway with the keys that are set now."""
    return TemporalService(await bot_client(server), task_queue)


async def outsider(server: TemporalServer, workflow_id: str) -> WorkflowHandle[object, object]:
    """Return the handle of a client that may read Temporal but has no key."""
    return (await Client.connect(server.address)).get_workflow_handle(workflow_id)


async def complete(service: TemporalService, new: NewTask) -> None:
    """Complete a task."""
    await service.signal_task_completed(lifecycle_id(new.id), change=Changes(new).completed())


async def wait_until_completed(store: FakeTaskStore, new: NewTask) -> None:
    """Wait until the store has a task as completed."""
    while store.tasks[new.id].is_open:  # noqa: ASYNC110 - the store has no event for it
        await asyncio.sleep(0.05)


async def wait_for_end(server: TemporalServer, workflow_id: str) -> None:
    """Wait for the end of a workflow."""
    await (await bot_client(server)).get_workflow_handle(workflow_id).result()


def writing_id(keys: str) -> str | None:
    """Return the id of the key that encrypts, or None."""
    writing = parse_payload_keys(keys).writing
    return writing.id if writing else None
