"""Durable steps on a real Temporal: done once, and told honestly when they can't be confirmed."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from temporalio.client import Client

from bot.services import temporal_service
from bot.services.durable_calls import DURABLE_WITHIN, UnconfirmedError, WorkflowEndedError
from bot.services.temporal_health import NoWorkerError, TemporalHealth
from bot.services.temporal_service import (
    OUTCOME_WITHIN,
    WAY_BACK,
    TemporalService,
    UserOnboardingInput,
    lifecycle_id,
)
from devstack.temporal_server import TemporalServer
from relai_core import temporal
from relai_core.domain.decisions import ChangeRefusedError, RefusalReason
from relai_core.domain.task import TaskStatus
from relai_core.errors import UnavailableError
from relai_workflows.contracts import OutcomeAsked, OutcomeHeard
from tests.bot.services.workers import a_worker, hand_over, settings_for
from tests.relai_core.builders import ANA, BEN, CI, TEAM, Changes, a_new_task, a_request


@pytest.fixture
async def doomed(tmp_path: Path) -> AsyncIterator[TemporalServer]:
    """A server of the test's own, to be killed or stopped."""
    async with TemporalServer(tmp_path) as started:
        yield started


@pytest.fixture
async def service_of_doomed(doomed: TemporalServer) -> TemporalService:
    client = await temporal.connect(settings_for(doomed), lazy=True)
    return TemporalService(client, "nobody-polls-this")


async def test_a_task_comes_back_with_its_number(
    server: TemporalServer, service: TemporalService, task_queue: str
) -> None:
    new = a_new_task()

    async with a_worker(server, task_queue):
        answered = await service.start_task_lifecycle_workflow(new)

    task = answered.task_after()
    assert answered.workflow_id == lifecycle_id(new.id)
    assert task is not None
    assert (task.id, task.number) == (new.id, 1)


async def test_a_completed_task_comes_back_and_a_second_wish_comes_too_late(
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


async def test_a_refusal_comes_back_as_one(
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


async def test_without_a_worker_a_task_is_saved_all_the_same(service: TemporalService) -> None:
    new = a_new_task()

    answered = await service.start_task_lifecycle_workflow(new)

    status = await service.get_workflow_status(answered.workflow_id)
    assert answered.task_after() is None
    assert (status.workflow_type, status.status) == ("TaskLifecycleWorkflow", "running")


async def test_a_repeat_starts_nothing_new(client: Client, service: TemporalService) -> None:
    new = a_new_task()
    handle = client.get_workflow_handle(lifecycle_id(new.id))
    await service.start_task_lifecycle_workflow(new)
    first = await handle.describe()

    await service.start_task_lifecycle_workflow(new)

    assert (await handle.describe()).run_id == first.run_id


async def test_a_relay_is_named_by_the_request_that_asked_for_it(
    service: TemporalService,
) -> None:
    task, request = a_new_task(), a_request()

    first = (await hand_over(service, task, request=request)).workflow_id

    assert (await hand_over(service, task, request=request)).workflow_id == first
    assert (await service.get_workflow_status(first)).workflow_type == "TaskRelayWorkflow"


async def test_a_hand_over_names_the_token_that_asked_for_it(
    server: TemporalServer, service: TemporalService, task_queue: str
) -> None:
    new = a_new_task()

    async with a_worker(server, task_queue):
        await service.start_task_lifecycle_workflow(new)
        task = (await hand_over(service, new)).task_after()

    assert task is not None
    assert task.relay is not None
    assert task.relay.via == CI


async def test_an_edited_and_a_cancelled_task_come_back(
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


async def test_what_the_workflow_counts_as_heard_can_still_reach_us(
    server: TemporalServer, client: Client, service: TemporalService, task_queue: str
) -> None:
    new = a_new_task()

    async with a_worker(server, task_queue):
        await service.start_task_lifecycle_workflow(new)
    answered_at = datetime.now(UTC)

    (asked,) = await questions(client, lifecycle_id(new.id))
    assert asked.until < answered_at + OUTCOME_WITHIN - WAY_BACK


async def test_what_was_heard_is_confirmed_and_told_no_more(
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


async def questions(client: Client, workflow_id: str) -> list[OutcomeAsked]:
    """The questions for an outcome that a workflow was asked."""
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    accepted = [
        event.workflow_execution_update_accepted_event_attributes
        for event in history.events
        if event.HasField("workflow_execution_update_accepted_event_attributes")
    ]
    return [
        OutcomeAsked.model_validate_json(update.accepted_request.input.args.payloads[0].data)
        for update in accepted
    ]


async def test_who_runs_out_of_time_while_asking_for_the_outcome_hears_that_it_is_saved(
    service: TemporalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporal_service, "OUTCOME_WITHIN", timedelta(seconds=30))
    new = a_new_task()

    async with asyncio.timeout((DURABLE_WITHIN + WAY_BACK).total_seconds()) as limit:
        answered = await service.start_task_lifecycle_workflow(new)

    assert limit.expired()
    assert answered.task_after() is None


async def test_nobody_is_welcomed_twice(client: Client, service: TemporalService) -> None:
    joined = UserOnboardingInput(team_id=TEAM, user_id=ANA)
    workflow_id = await service.start_user_onboarding_workflow(joined)
    await client.get_workflow_handle(workflow_id).terminate()

    assert await service.start_user_onboarding_workflow(joined) == workflow_id
    assert (await service.get_workflow_status(workflow_id)).status == "terminated"


async def test_when_temporal_is_gone_nothing_was_saved(
    doomed: TemporalServer, service_of_doomed: TemporalService
) -> None:
    await service_of_doomed.start_task_lifecycle_workflow(a_new_task())
    await doomed.kill()

    with pytest.raises(UnavailableError, match="nothing was saved"):
        await service_of_doomed.start_task_lifecycle_workflow(a_new_task())


async def test_when_temporal_was_never_there_nothing_was_saved(
    doomed: TemporalServer, service_of_doomed: TemporalService
) -> None:
    await doomed.kill()

    with pytest.raises(UnavailableError, match="nothing was saved"):
        await service_of_doomed.start_task_lifecycle_workflow(a_new_task())


@pytest.mark.parametrize("namespace", ["nowhere", "not a namespace" * 100])
async def test_what_temporal_refuses_for_good_was_not_saved(
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


async def test_a_request_that_may_have_arrived_is_not_called_unsaved(
    doomed: TemporalServer, service_of_doomed: TemporalService
) -> None:
    """It waits in the socket of a server that stands still, and is done once that goes on."""
    await service_of_doomed.start_task_lifecycle_workflow(a_new_task())
    doomed.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(UnconfirmedError):
            await service_of_doomed.start_task_lifecycle_workflow(a_new_task())
    finally:
        doomed.send_signal(signal.SIGCONT)


async def test_a_restart_of_temporal_is_survived(
    doomed: TemporalServer, service_of_doomed: TemporalService
) -> None:
    await service_of_doomed.start_task_lifecycle_workflow(a_new_task())
    await doomed.kill()
    await doomed.start()
    new = a_new_task()

    await service_of_doomed.start_task_lifecycle_workflow(new)

    assert (await service_of_doomed.get_workflow_status(lifecycle_id(new.id))).status == "running"


async def test_a_worker_that_polls_is_seen(
    server: TemporalServer, client: Client, service: TemporalService, task_queue: str
) -> None:
    health = TemporalHealth(client, task_queue)
    with pytest.raises(NoWorkerError, match=task_queue):
        await health.require_worker()

    async with a_worker(server, task_queue):
        await service.start_task_lifecycle_workflow(a_new_task())
        await health.require_worker()


async def test_temporal_that_is_gone_does_not_answer(doomed: TemporalServer) -> None:
    client = await temporal.connect(settings_for(doomed), lazy=True)
    health = TemporalHealth(client, "nobody-polls-this")
    await health.ping()
    await doomed.kill()

    with pytest.raises(UnavailableError):
        await health.ping()
