"""Durable steps on a real Temporal: each is done once, and an unconfirmed one is reported so."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from temporalio.client import Client

from bot.services import temporal_service
from bot.services.durable_calls import DURABLE_WITHIN, UnconfirmedError, WorkflowEndedError
from bot.services.temporal_health import NoWorkerError, TemporalHealth
from bot.services.temporal_service import (
    TemporalService,
    UserOnboardingInput,
    lifecycle_id,
)
from devstack.temporal_server import TemporalServer
from relai_core import temporal
from relai_core.domain.decisions import ChangeRefusedError, RefusalReason
from relai_core.domain.task import TaskStatus
from relai_core.errors import UnavailableError
from relai_workflows.contracts import OutcomeHeard
from tests.bot.services.workers import a_worker, hand_over, settings_for
from tests.relai_core.builders import ANA, BEN, CI, TEAM, Changes, a_new_task, a_request


@pytest.fixture
async def doomed(tmp_path: Path) -> AsyncIterator[TemporalServer]:
    """A server for one test, which kills or stops it."""
    async with TemporalServer(tmp_path) as started:
        yield started


@pytest.fixture
async def service_of_doomed(doomed: TemporalServer) -> TemporalService:
    client = await temporal.connect(settings_for(doomed), lazy=True)
    return TemporalService(client, "nobody-polls-this")


async def test_start_returns_the_task_with_its_number(
    server: TemporalServer, service: TemporalService, task_queue: str
) -> None:
    new = a_new_task()

    async with a_worker(server, task_queue):
        answered = await service.start_task_lifecycle_workflow(new)

    task = answered.task_after()
    assert answered.workflow_id == lifecycle_id(new.id)
    assert task is not None
    assert (task.id, task.number) == (new.id, 1)


async def test_signal_to_an_ended_workflow_is_refused(
    server: TemporalServer, client: Client, service: TemporalService, task_queue: str
) -> None:
    new = a_new_task()
    workflow_id = lifecycle_id(new.id)

    async with a_worker(server, task_queue):
        await service.start_task_lifecycle_workflow(new)
        done = await service.signal_task_completed(workflow_id, change=Changes(new).completed())
        await client.get_workflow_handle(workflow_id).result()
        with pytest.raises(WorkflowEndedError):
            await service.signal_task_completed(workflow_id, change=Changes(new).completed())
        with pytest.raises(WorkflowEndedError):
            await service.start_task_lifecycle_workflow(new)

    task = done.task_after()
    assert task is not None
    assert task.status is TaskStatus.COMPLETED


async def test_refused_change_raises_its_reason(
    server: TemporalServer, service: TemporalService, task_queue: str
) -> None:
    new = a_new_task()

    async with a_worker(server, task_queue):
        await service.start_task_lifecycle_workflow(new)
        answered = await service.signal_task_progressed(
            lifecycle_id(new.id), change=Changes(new).progressed(60, actor=BEN)
        )

    with pytest.raises(ChangeRefusedError) as caught:
        answered.task_after()
    assert caught.value.reason is RefusalReason.NOT_THE_OWNER


async def test_task_is_saved_without_a_worker(service: TemporalService) -> None:
    new = a_new_task()

    answered = await service.start_task_lifecycle_workflow(new)

    status = await service.get_workflow_status(answered.workflow_id)
    assert answered.task_after() is None
    assert (status.workflow_type, status.status) == ("TaskLifecycleWorkflow", "running")


async def test_repeated_start_starts_nothing(client: Client, service: TemporalService) -> None:
    new = a_new_task()
    handle = client.get_workflow_handle(lifecycle_id(new.id))
    await service.start_task_lifecycle_workflow(new)
    first = await handle.describe()

    await service.start_task_lifecycle_workflow(new)

    assert (await handle.describe()).run_id == first.run_id


async def test_relay_workflow_is_named_by_its_request(
    service: TemporalService,
) -> None:
    task, request = a_new_task(), a_request()

    first = (await hand_over(service, task, request=request)).workflow_id

    assert (await hand_over(service, task, request=request)).workflow_id == first
    assert (await service.get_workflow_status(first)).workflow_type == "TaskRelayWorkflow"


async def test_relay_names_its_token(
    server: TemporalServer, service: TemporalService, task_queue: str
) -> None:
    new = a_new_task()

    async with a_worker(server, task_queue):
        await service.start_task_lifecycle_workflow(new)
        task = (await hand_over(service, new)).task_after()

    assert task is not None
    assert task.relay is not None
    assert task.relay.via == CI


async def test_edit_and_cancellation_return_the_task(
    server: TemporalServer, client: Client, service: TemporalService, task_queue: str
) -> None:
    new = a_new_task()
    workflow_id, says = lifecycle_id(new.id), Changes(new, via=CI)

    async with a_worker(server, task_queue):
        await service.start_task_lifecycle_workflow(new)
        edited = await service.signal_task_edited(workflow_id, change=says.edited(title="Renew"))
        cancelled = await service.signal_task_cancelled(workflow_id, change=says.cancelled())
        await client.get_workflow_handle(workflow_id).result()

    tasks = edited.task_after(), cancelled.task_after()
    assert [task and (task.title, task.status) for task in tasks] == [
        ("Renew", TaskStatus.OPEN),
        ("Renew", TaskStatus.CANCELLED),
    ]
    assert (await service.get_workflow_status(workflow_id)).result is None


async def test_received_outcome_is_confirmed(
    server: TemporalServer, client: Client, service: TemporalService, task_queue: str
) -> None:
    new = a_new_task()
    workflow_id, change = lifecycle_id(new.id), Changes(new).completed()

    async with a_worker(server, task_queue):
        await service.start_task_lifecycle_workflow(new)
        await service.signal_task_completed(workflow_id, change=change)
        handle = client.get_workflow_handle(workflow_id)
        await handle.result()

    history = await handle.fetch_history()
    signals = [
        event.workflow_execution_signaled_event_attributes
        for event in history.events
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]
    assert [
        OutcomeHeard.model_validate_json(signal.input.payloads[0].data).request_id
        for signal in signals
        if signal.signal_name == "heard"
    ] == [new.request_id, change.id]


async def test_request_cancelled_during_the_question_is_saved(
    service: TemporalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporal_service, "OUTCOME_WITHIN", timedelta(seconds=30))
    new = a_new_task()

    async with asyncio.timeout(1.5 * DURABLE_WITHIN.total_seconds()) as limit:
        answered = await service.start_task_lifecycle_workflow(new)

    assert limit.expired()
    assert answered.task_after() is None


async def test_repeated_onboarding_starts_nothing(client: Client, service: TemporalService) -> None:
    joined = UserOnboardingInput(team_id=TEAM, user_id=ANA)
    workflow_id = await service.start_user_onboarding_workflow(joined)
    await client.get_workflow_handle(workflow_id).terminate()

    assert await service.start_user_onboarding_workflow(joined) == workflow_id
    assert (await service.get_workflow_status(workflow_id)).status == "terminated"


async def test_stopped_temporal_saves_nothing(
    doomed: TemporalServer, service_of_doomed: TemporalService
) -> None:
    await service_of_doomed.start_task_lifecycle_workflow(a_new_task())
    await doomed.kill()

    with pytest.raises(UnavailableError, match="nothing was saved"):
        await service_of_doomed.start_task_lifecycle_workflow(a_new_task())


async def test_absent_temporal_saves_nothing(
    doomed: TemporalServer, service_of_doomed: TemporalService
) -> None:
    await doomed.kill()

    with pytest.raises(UnavailableError, match="nothing was saved"):
        await service_of_doomed.start_task_lifecycle_workflow(a_new_task())


@pytest.mark.parametrize("namespace", ["nowhere", "not a namespace" * 100])
async def test_request_refused_by_temporal_is_not_saved(
    server: TemporalServer, namespace: str
) -> None:
    settings = settings_for(server).model_copy(update={"temporal_namespace": namespace})
    service = TemporalService(await temporal.connect(settings, lazy=True), "nobody-polls-this")
    new = a_new_task()

    with structlog.testing.capture_logs() as logs:
        with pytest.raises(UnavailableError, match="nothing was saved"):
            await service.start_task_lifecycle_workflow(new)
        with pytest.raises(UnavailableError, match="nothing was saved"):
            await service.signal_task_completed(
                lifecycle_id(new.id), change=Changes(new).completed()
            )

    assert [line["event"] for line in logs] == ["temporal_refused"] * 2


async def test_request_that_may_have_arrived_is_unconfirmed(
    doomed: TemporalServer, service_of_doomed: TemporalService
) -> None:
    """A stopped server still reads its socket when it continues."""
    await service_of_doomed.start_task_lifecycle_workflow(a_new_task())
    doomed.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(UnconfirmedError):
            await service_of_doomed.start_task_lifecycle_workflow(a_new_task())
    finally:
        doomed.send_signal(signal.SIGCONT)


async def test_service_works_after_a_restart_of_temporal(
    doomed: TemporalServer, service_of_doomed: TemporalService
) -> None:
    await service_of_doomed.start_task_lifecycle_workflow(a_new_task())
    await doomed.kill()
    await doomed.start()
    new = a_new_task()

    await service_of_doomed.start_task_lifecycle_workflow(new)

    assert (await service_of_doomed.get_workflow_status(lifecycle_id(new.id))).status == "running"


async def test_polling_worker_is_seen(
    server: TemporalServer, client: Client, service: TemporalService, task_queue: str
) -> None:
    health = TemporalHealth(client, task_queue)
    with pytest.raises(NoWorkerError, match=task_queue):
        await health.require_worker()

    async with a_worker(server, task_queue):
        await service.start_task_lifecycle_workflow(a_new_task())
        await health.require_worker()


async def test_ping_of_stopped_temporal_fails(doomed: TemporalServer) -> None:
    client = await temporal.connect(settings_for(doomed), lazy=True)
    health = TemporalHealth(client, "nobody-polls-this")
    await health.ping()
    await doomed.kill()

    with pytest.raises(UnavailableError):
        await health.ping()
