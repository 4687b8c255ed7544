"""Damage is found, repaired once, and then found no more."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from relai_audit import repair
from relai_audit.executions import Execution
from relai_audit.findings import FindingKind
from relai_audit.report import Report
from relai_audit.reset_workflow import reset_workflow
from relai_core.domain.notice import Notice, NoticeKind, NoticeState
from relai_core.domain.relay import RelayEnd
from relai_core.domain.task import TaskStatus
from relai_core.errors import MessengerError, UndeliverableError
from relai_workflows.contracts import TaskLifecycleInput, TaskRelayInput
from relai_workflows.ids import lifecycle_id, relay_workflow_id
from tests.relai_audit.conftest import Auditor
from tests.relai_core.builders import ANA, BEN, CI, CLEO, NOW, TEAM, Changes, a_new_task
from tests.relai_workflows.workflow_driver import (
    WINDOW,
    Driver,
    RelayDriver,
    TaskDriver,
    begin,
    create,
)
from tests.relai_workflows.workflow_env import POLL, WorkflowEnv

REFUSED = UndeliverableError("messages_tab_disabled")


async def terminate(driver: Driver) -> None:
    await driver.handle.terminate()
    await driver.env.ended(driver.handle)


async def cancel(driver: Driver) -> None:
    await driver.handle.cancel()
    await driver.env.ended(driver.handle)


Lose = Callable[[Driver], Awaitable[None]]
every_end = pytest.mark.parametrize("lose", [terminate, cancel])


@every_end
async def test_lost_task_workflow_goes_on(env: WorkflowEnv, auditor: Auditor, lose: Lose) -> None:
    life = await create(env, owner=BEN)
    await lose(life)

    report = await auditor.look_and_repair()

    assert kinds(report) == [FindingKind.WORKFLOW_MISSING]
    assert report.is_clean
    assert await auditor.finds() == []
    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()
    assert env.readers(NoticeKind.TASK_ASSIGNED) == [BEN]
    assert env.readers(NoticeKind.TASK_CREATED) == []
    assert env.readers(NoticeKind.TASK_COMPLETED) == [ANA]


@every_end
async def test_lost_relay_workflow_goes_on(env: WorkflowEnv, auditor: Auditor, lose: Lose) -> None:
    relay = await (await create(env)).hand_over()
    await lose(relay)

    report = await auditor.look_and_repair()

    assert kinds(report) == [FindingKind.WORKFLOW_MISSING]
    assert await auditor.finds() == []
    await relay.carry_out(relay.accepted())
    assert await relay.end() is RelayEnd.ACCEPTED
    assert env.readers(NoticeKind.RELAY_OFFERED) == [BEN]
    assert env.readers(NoticeKind.RELAY_SENT) == []
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]


async def test_task_without_any_workflow_gets_its_first_card(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    new = a_new_task(owner=BEN, description="All of it", due_at=NOW, via=CI)
    await env.store.tasks.create(new)

    await auditor.look_and_repair()

    life = TaskDriver(env, env.handle(lifecycle_id(new.id)), new)
    await env.idle(life.handle)
    assert env.readers(NoticeKind.TASK_ASSIGNED) == [BEN]
    assert (await input_of(life, TaskLifecycleInput)).new == new
    assert await auditor.finds() == []


async def test_relay_without_any_workflow_is_offered_once(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=4)
    relay = await store_relay(env, note="Yours", nudge_at=until, answer_by=until)

    report = await auditor.look()
    await asyncio.gather(auditor.repair(report), auditor.repair(report))

    await env.idle(relay.handle)
    start = await input_of(relay, TaskRelayInput)
    assert start == relay.start.model_copy(update={"answer_by": until})
    assert (await relay.relay()).answer_by == until
    assert env.readers(NoticeKind.RELAY_OFFERED) == [BEN]


async def test_time_to_answer_that_is_over_starts_again(env: WorkflowEnv, auditor: Auditor) -> None:
    """Nobody could answer while the workflow was missing."""
    past = datetime.now(UTC) - timedelta(days=1)
    relay = await store_relay(env, nudge_at=past, answer_by=past)

    await auditor.look_and_repair()

    await env.idle(relay.handle)
    assert (await relay.relay()).answer_by > datetime.now(UTC)
    await relay.carry_out(relay.accepted())
    assert await relay.end() is RelayEnd.ACCEPTED


async def test_receiver_is_told_of_the_end_once(env: WorkflowEnv, auditor: Auditor) -> None:
    relay = await (await create(env)).hand_over()
    await terminate(relay)
    await env.store.tasks.apply(relay.withdrawn())

    report = await auditor.look_and_repair()
    await auditor.repair(report)

    assert kinds(report) == [FindingKind.NOTICE_UNSENT]
    assert env.readers(NoticeKind.TASK_TAKEN_BACK) == [BEN]
    assert await auditor.finds() == []


async def test_creator_is_told_though_no_workflow_is_known(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    task = await env.store.tasks.create(a_new_task(owner=BEN))
    await env.store.tasks.apply(Changes(task, datetime.now(UTC)).completed(BEN))

    report = await auditor.look_and_repair()
    await env.handle(lifecycle_id(task.id)).result()

    assert kinds(report) == [FindingKind.NOTICE_UNSENT]
    assert env.readers(NoticeKind.TASK_COMPLETED) == [ANA]
    assert await auditor.finds() == []


async def test_saved_request_is_carried_out(idle_env: WorkflowEnv) -> None:
    """Ben completed his task while no worker was there."""
    async with idle_env.worker():
        life = await create(idle_env, owner=BEN)
    await life.signal("completed", life.says.completed(BEN))
    await terminate(life)

    async with idle_env.worker():
        await Auditor(idle_env).look_and_repair()
        await life.handle.result()

    assert (await life.task()).status is TaskStatus.COMPLETED
    assert idle_env.readers(NoticeKind.TASK_COMPLETED) == [ANA]


async def test_task_that_was_never_created_is_created(idle_env: WorkflowEnv) -> None:
    life = await begin(idle_env, a_new_task(owner=BEN))
    await terminate(life)
    auditor = Auditor(idle_env)

    async with idle_env.worker():
        # Temporal's lists of workflows and of workers lag.
        while kinds(report := await auditor.look()) != [FindingKind.WORKFLOW_MISSING]:  # noqa: ASYNC110
            await asyncio.sleep(POLL.total_seconds())
        await auditor.repair(report)
        left = await auditor.finds()

    assert left == []
    assert (await life.task()).owner == BEN
    assert idle_env.readers(NoticeKind.TASK_ASSIGNED) == [BEN]


async def test_abandoned_notice_is_sent(env: WorkflowEnv, auditor: Auditor) -> None:
    life = await create(env, owner=BEN)
    notice = a_notice(NoticeKind.TASK_TAKEN_BACK, recipient=BEN, task_id=life.new.id)
    await env.store.notices.plan(notice, notice.planned_at)

    report = await auditor.look_and_repair()

    assert [(each.kind, each.subject) for each in report.findings] == [
        (FindingKind.NOTICE_UNSENT, notice.key)
    ]
    assert env.readers(NoticeKind.TASK_TAKEN_BACK) == [BEN]
    assert await auditor.finds() == []


async def test_refused_notice_is_sent_once_slack_takes_it(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    await refuse_the_end(env)
    still_refused = await auditor.look_and_repair()
    env.messenger.fails_in.clear()

    report = await auditor.look()
    await asyncio.gather(auditor.repair(report), auditor.repair(report))

    assert kinds(still_refused) == kinds(report) == [FindingKind.NOTICE_FAILED]
    assert "messages_tab_disabled" in report.findings[0].detail
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]
    assert await auditor.finds() == []


async def test_refusals_that_need_nothing_are_no_findings(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    """A person has left; and a refused offer sends its relay back."""
    await refuse_the_end(env, UndeliverableError("user_disabled"))
    env.messenger.fails_in = {await env.messenger.open_dm(BEN): REFUSED}

    await (await create(env)).hand_over()

    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]
    assert await auditor.finds() == []


async def test_reminders_and_welcomes_are_left(env: WorkflowEnv, auditor: Auditor) -> None:
    life = await create(env, owner=BEN)
    reminder = a_notice(NoticeKind.REMINDER_DUE, recipient=BEN, task_id=life.new.id)
    for notice in (reminder, a_notice(NoticeKind.WELCOME, recipient=CLEO)):
        await env.store.notices.plan(notice, notice.planned_at)
        await env.store.notices.settle(
            notice.key, NoticeState.FAILED, at=notice.planned_at, reason=REFUSED.code
        )
    told = len(env.messenger.messages)

    report = await auditor.look_and_repair()

    assert kinds(report) == [FindingKind.NOTICE_FAILED] * 2
    assert [each.is_repaired for each in report.repairs] == [False, False]
    assert not report.is_clean
    assert len(env.messenger.messages) == told


async def test_one_refused_repair_stops_no_other(
    env: WorkflowEnv, auditor: Auditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for life in [await create(env) for _ in range(3)]:
        await terminate(life)
    report = await auditor.look()
    first = report.findings[0].subject

    async def fails_at_first(client: Client, execution: Execution) -> bool:
        if execution.workflow_id == first:
            raise RPCError("can't be reset", RPCStatusCode.INVALID_ARGUMENT, b"")
        return await reset_workflow(client, execution)

    monkeypatch.setattr(repair, "reset_workflow", fails_at_first)

    report = await auditor.repair(report)

    (left,) = [each for each in report.repairs if not each.is_repaired]
    assert left.text == f"{first}: can't be reset"
    assert len(report.repairs) == 3


async def test_two_repairs_at_once_tell_nobody_twice(env: WorkflowEnv, auditor: Auditor) -> None:
    lives = [await create(env, owner=BEN) for _ in range(3)]
    relays = [await life.hand_over(CLEO, BEN) for life in lives]
    await asyncio.gather(*(terminate(each) for each in (*lives, *relays)))
    told = len(env.messenger.messages)

    report = await auditor.look()
    await asyncio.gather(auditor.repair(report), auditor.repair(report))

    assert len(report.findings) == 6
    assert await auditor.finds() == []
    assert len(env.messenger.messages) == told


def kinds(report: Report) -> list[FindingKind]:
    return [finding.kind for finding in report.findings]


async def store_relay(env: WorkflowEnv, **fields: Any) -> RelayDriver:
    """A relay from Ana to Ben without workflows; its driver has the input that it must get."""
    task = await env.store.tasks.create(a_new_task())
    opened = Changes(task, via=CI).handed_over(**fields)
    await env.store.tasks.apply(opened)
    start = TaskRelayInput(
        request_id=opened.id,
        relay_id=opened.relay_id,
        task_id=task.id,
        team_id=TEAM,
        from_user=ANA,
        to_user=BEN,
        mode=opened.mode,
        note=opened.note,
        window=WINDOW,
        via=CI,
        is_awaited=False,
    )
    return RelayDriver(env, env.handle(relay_workflow_id(opened.relay_id)), start)


async def input_of(driver: Driver, kind: type[Any]) -> Any:
    """The input of the workflow's present run."""
    events = driver.handle.fetch_history_events()
    started = (await anext(events)).workflow_execution_started_event_attributes
    converter = driver.env.client.data_converter
    (given,) = await converter.decode(list(started.input.payloads), [kind])
    return given


async def refuse_the_end(env: WorkflowEnv, refusal: MessengerError = REFUSED) -> None:
    """Ben accepts Ana's task, and Slack refuses to tell her."""
    relay = await (await create(env)).hand_over()
    env.messenger.fails_in[await env.messenger.open_dm(ANA)] = refusal
    await relay.carry_out(relay.accepted())
    await relay.end()


def a_notice(kind: NoticeKind, **fields: Any) -> Notice:
    return Notice(team_id=TEAM, kind=kind, moment="m", planned_at=datetime.now(UTC), **fields)
