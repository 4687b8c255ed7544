"""Status of a workflow and result of a hand-over, read from Temporal."""

import pytest
from temporalio.client import Client

from bot.services.durable_calls import WorkflowEndedError
from bot.services.temporal_service import TemporalService
from devstack.temporal_server import TemporalServer
from relai_core.domain.changes import RelayAccepted
from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import relay_id
from relai_core.domain.relay import RelayEnd
from relai_workflows.contracts import TaskRelayResult
from tests.bot.services.workers import a_worker, hand_over
from tests.relai_core.builders import BEN, CLEO, NOW, TEAM, a_new_task, a_request


async def test_ended_hand_over_has_a_result(
    server: TemporalServer, client: Client, service: TemporalService, task_queue: str
) -> None:
    new, request = a_new_task(), a_request()
    relay = relay_id(TEAM, request)
    accepted = RelayAccepted(id=a_request(), task_id=new.id, at=NOW, actor=BEN, relay_id=relay)

    async with a_worker(server, task_queue):
        await service.start_task_lifecycle_workflow(new)
        opened = await hand_over(service, new, request=request)
        before = await service.get_workflow_status(opened.workflow_id)
        await service.signal_relay_answered(opened.workflow_id, change=accepted)
        await client.get_workflow_handle(opened.workflow_id).result()

    after = await service.get_workflow_status(opened.workflow_id)
    assert (before.status, before.result) == ("running", None)
    assert (after.status, after.result) == ("completed", TaskRelayResult(end=RelayEnd.ACCEPTED))


async def test_refused_hand_over_tells_the_reason(
    server: TemporalServer, client: Client, service: TemporalService, task_queue: str
) -> None:
    new = a_new_task()

    async with a_worker(server, task_queue):
        await service.start_task_lifecycle_workflow(new)
        refused = await hand_over(service, new, from_user=CLEO)
        await client.get_workflow_handle(refused.workflow_id).result()

    status = await service.get_workflow_status(refused.workflow_id)
    assert status.result == TaskRelayResult(end=None, refusal=RefusalReason.NOT_THE_OWNER)


async def test_terminated_hand_over_has_no_result(client: Client, service: TemporalService) -> None:
    opened = await hand_over(service, a_new_task())
    await client.get_workflow_handle(opened.workflow_id).terminate()

    status = await service.get_workflow_status(opened.workflow_id)

    assert (status.status, status.result) == ("terminated", None)


async def test_unknown_workflow_has_no_status(service: TemporalService) -> None:
    with pytest.raises(WorkflowEndedError):
        await service.get_workflow_status("task-of-nobody")
