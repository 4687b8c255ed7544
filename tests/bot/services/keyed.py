"""The bot and the worker with keys from the environment, and somebody without any."""

from temporalio.client import Client, WorkflowHandle

from bot.services.temporal_service import TemporalService
from devstack.temporal_server import TemporalServer
from relai_core import temporal
from relai_core.domain.payload_key import parse_payload_keys
from relai_core.domain.task import NewTask
from relai_workflows.ids import lifecycle_id
from tests.bot.services.workers import settings_for
from tests.relai_core.builders import Changes

SETTING = "RELAI_PAYLOAD_KEYS"


async def bot_client(server: TemporalServer) -> Client:
    """Connected with the keys that are set now."""
    return await temporal.connect(settings_for(server))


async def bot(server: TemporalServer, task_queue: str) -> TemporalService:
    """The gateway with the keys that are set now."""
    return TemporalService(await bot_client(server), task_queue)


async def outsider(server: TemporalServer, workflow_id: str) -> WorkflowHandle[object, object]:
    """For someone who may read Temporal, but has no key."""
    return (await Client.connect(server.address)).get_workflow_handle(workflow_id)


async def complete(service: TemporalService, new: NewTask) -> None:
    """Say that a task is done."""
    await service.signal_task_completed(lifecycle_id(new.id), change=Changes(new).completed())


async def ended(server: TemporalServer, workflow_id: str) -> None:
    """Wait for the end of a workflow."""
    await (await bot_client(server)).get_workflow_handle(workflow_id).result()


def writing_id(keys: str) -> str | None:
    """The id of the key that would write, if one would."""
    writing = parse_payload_keys(keys).writing
    return writing.id if writing else None
