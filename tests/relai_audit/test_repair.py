"""What was damaged on purpose is found, mended once, and found no more."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database as Documents
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from relai_audit import repair, resuming, side_by_side
from relai_audit.executions import Executions
from relai_audit.findings import FindingKind
from relai_core.domain.changes import RelayExpired
from relai_core.domain.ids import RequestId
from relai_core.domain.notice import Notice, NoticeKind, NoticeState
from relai_core.domain.relay import RelayEnd, RelayMode
from relai_core.domain.task import TaskStatus
from relai_core.domain.user import User
from relai_core.errors import MessengerError, TransientMessengerError, UndeliverableError
from relai_core.store.connection import Document
from tests.relai_audit.conftest import Auditor, a_clock
from tests.relai_core.builders import ANA, BEN, CLEO, TEAM, a_new_task
from tests.relai_workflows.workflow_driver import Driver, RelayDriver, begin, create
from tests.relai_workflows.workflow_env import POLL, WorkflowEnv


async def terminate(asked: Driver) -> None:
    """End a workflow as no program of ours does, in the middle of whatever it does."""
    await asked.handle.terminate("damage")
    await asked.env.ended(asked.handle)


async def cancel(asked: Driver) -> None:
    """Ask a workflow to end, as no program of ours does; a worker carries that out."""
    await asked.handle.cancel()
    await asked.env.ended(asked.handle)


async def forget(asked: Driver) -> None:
    """Lose a workflow without a trace, as with Temporal's database."""
    await terminate(asked)
    client = asked.env.client
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=asked.handle.id),
        )
    )
    while await _is_known(asked):  # noqa: ASYNC110 - it happens in the server
        await asyncio.sleep(POLL.total_seconds())


async def _is_known(asked: Driver) -> bool:
    try:
        await asked.handle.describe()
    except RPCError:
        return False
    return True


REFUSED = UndeliverableError("messages_tab_disabled")
Lose = Callable[[Driver], Awaitable[None]]
LOSSES = [terminate, cancel, forget]
"""Temporal still knows what was, and the workflow goes on; or it does not, and it begins anew."""


@pytest.mark.parametrize("lose", LOSSES)
async def test_a_lost_life_begins_again_and_nobody_gets_a_second_card(
    env: WorkflowEnv, auditor: Auditor, lose: Lose
) -> None:
    life = await create(env, owner=BEN)
    await lose(life)

    report = await auditor.look_and_repair()

    assert [each.kind for each in report.findings] == [FindingKind.TASK_WITHOUT_WORKFLOW]
    assert report.is_clean
    assert await auditor.finds() == []
    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()
    assert env.readers(NoticeKind.TASK_ASSIGNED) == [BEN]
    assert env.readers(NoticeKind.TASK_CREATED) == []
    assert env.readers(NoticeKind.TASK_COMPLETED) == [ANA]


@pytest.mark.parametrize("lose", LOSSES)
async def test_a_card_that_was_never_sent_comes_with_the_new_life(
    env: WorkflowEnv, auditor: Auditor, lose: Lose
) -> None:
    env.messenger.down = TransientMessengerError("service_unavailable")
    life = await begin(env, a_new_task(owner=BEN))
    await life.ask(life.new.request_id)
    await lose(life)
    env.messenger.down = None

    await auditor.look_and_repair()

    assert env.readers(NoticeKind.TASK_ASSIGNED) == [BEN]


@pytest.mark.parametrize("lose", LOSSES)
async def test_a_task_that_was_handed_over_gives_no_first_card(
    env: WorkflowEnv, auditor: Auditor, lose: Lose
) -> None:
    life = await create(env)
    relay = await life.hand_over()
    await relay.carry_out(relay.accepted())
    await relay.end()
    told = len(env.messenger.messages)
    await lose(life)

    await auditor.look_and_repair()

    assert await auditor.finds() == []
    assert len(env.messenger.messages) == told
    assert (await life.carry_out(life.says.completed(BEN))).refusal is None


@pytest.mark.parametrize("lose", LOSSES)
@pytest.mark.parametrize("mode", RelayMode)
async def test_a_lost_hand_over_takes_its_answer_again(
    env: WorkflowEnv, auditor: Auditor, lose: Lose, mode: RelayMode
) -> None:
    relay = await (await create(env)).hand_over(mode=mode)
    await lose(relay)

    report = await auditor.look_and_repair()

    assert [each.kind for each in report.findings] == [FindingKind.RELAY_WITHOUT_WORKFLOW]
    assert await auditor.finds() == []
    await relay.carry_out(relay.accepted())
    assert await relay.end() is RelayEnd.ACCEPTED
    assert env.readers(NoticeKind.RELAY_OFFERED) == [BEN]
    assert env.readers(NoticeKind.RELAY_SENT) == []
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]


@pytest.mark.parametrize("lose", LOSSES)
async def test_a_moment_that_the_sender_named_stands(
    env: WorkflowEnv, auditor: Auditor, lose: Lose
) -> None:
    life = await create(env)
    relay = await life.hand_over(answer_by=await life.now() + timedelta(days=4))
    named = (await relay.relay()).answer_by
    await lose(relay)

    await auditor.look_and_repair()
    await env.advance(relay.handle, timedelta(days=3))

    assert (await relay.relay()).answer_by == named
    assert (await relay.relay()).is_open


async def test_a_time_to_answer_that_is_over_begins_anew(
    env: WorkflowEnv, auditor: Auditor, documents: Documents[Document]
) -> None:
    """Nobody could answer meanwhile."""
    relay = await (await create(env)).hand_over()
    past = datetime.now(UTC) - timedelta(days=1)
    over = {"relay.nudge_at": past, "relay.answer_by": past}
    documents["tasks"].update_one({"_id": relay.start.task_id}, {"$set": over})
    documents["relays"].update_one(
        {"_id": relay.start.relay_id}, {"$set": {"nudge_at": past, "answer_by": past}}
    )
    await forget(relay)

    await auditor.look_and_repair()

    assert (await relay.relay()).answer_by > datetime.now(UTC)
    await relay.carry_out(relay.accepted())
    assert await relay.end() is RelayEnd.ACCEPTED


async def test_a_time_to_answer_that_is_over_only_by_mongods_clock_stands(
    env: WorkflowEnv,
    auditor: Auditor,
    documents: Documents[Document],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    relay = await (await create(env)).hand_over()
    half = {"nudge_at": datetime.now(UTC) - timedelta(seconds=1)}
    documents["relays"].update_one({"_id": relay.start.relay_id}, {"$set": half})
    until = (await relay.relay()).answer_by
    await forget(relay)
    report = await auditor.look()
    monkeypatch.setattr(env.store.audit, "server_time", a_clock(timedelta(hours=1)))

    await Auditor(env).repair(report)

    assert (await relay.relay()).answer_by == until


@pytest.mark.parametrize("lose", [terminate, cancel])
async def test_a_receiver_from_whom_it_was_taken_is_told(
    env: WorkflowEnv, auditor: Auditor, lose: Lose
) -> None:
    life = await create(env)
    relay = await life.hand_over()
    await lose(relay)
    await env.store.tasks.apply(relay.withdrawn())

    report = await auditor.look_and_repair()

    assert [each.kind for each in report.findings] == [FindingKind.NOBODY_TOLD]
    assert env.readers(NoticeKind.TASK_TAKEN_BACK) == [BEN]
    assert await auditor.finds() == []


async def test_a_store_that_is_not_the_workflows_own_is_not_repaired(
    env: WorkflowEnv, auditor: Auditor, documents: Documents[Document]
) -> None:
    """With the wrong MONGODB_DATABASE tasks of one world would come alive in another."""
    life = await create(env)
    documents["tasks"].delete_one({"_id": life.new.id})
    await env.store.tasks.create(a_new_task(title="Of a test"))

    report = await auditor.look_and_repair()

    assert "MONGODB_DATABASE" in report.refused
    assert report.repairs == ()
    assert not report.is_clean


@pytest.mark.parametrize(
    "damage",
    [{"open": False}, {"due_order": None}, {"given": False}, {"offered": False}],
    ids=str,
)
async def test_a_task_that_is_listed_as_what_it_is_not_is_listed_rightly_again(
    env: WorkflowEnv, auditor: Auditor, documents: Documents[Document], damage: Document
) -> None:
    life = await create(env, owner=BEN)
    await life.hand_over(CLEO, BEN)
    before = documents["tasks"].find_one_and_update({"_id": life.new.id}, {"$set": damage})

    report = await auditor.look_and_repair()

    assert [(each.kind, each.subject) for each in report.findings] == [
        (FindingKind.TASK_MISFILED, life.new.id)
    ]
    assert report.is_clean
    assert documents["tasks"].find_one({"_id": life.new.id}) == before
    assert await auditor.finds() == []


async def test_nothing_is_repaired_that_nobody_would_carry_out(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    life = await create(env)
    await terminate(life)
    elsewhere = Auditor(env, task_queue=f"{env.task_queue}-wrong")

    report = await elsewhere.look_and_repair()

    assert FindingKind.NO_WORKER in [each.kind for each in report.findings]
    assert "TEMPORAL_TASK_QUEUE" in report.refused
    assert await auditor.finds() == [(FindingKind.TASK_WITHOUT_WORKFLOW, life.new.id)]


@pytest.mark.parametrize("lose", LOSSES)
async def test_a_lost_hand_over_to_someone_who_left_goes_back(
    env: WorkflowEnv, auditor: Auditor, lose: Lose
) -> None:
    """Its sender must not wait for nobody, nor hear that it was refused."""
    relay = await (await create(env)).hand_over()
    await lose(relay)
    env.directory.put(User(team_id=TEAM, id=BEN, name="ben", deleted=True))

    await auditor.look_and_repair()
    await env.advance(relay.handle, 2 * relay.start.window)

    assert await relay.end() is RelayEnd.RETURNED
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]
    assert env.readers(NoticeKind.REQUEST_REFUSED) == []


@pytest.mark.parametrize("lose", [terminate, cancel])
async def test_a_sender_who_was_not_told_how_it_ended_is_told_once(
    env: WorkflowEnv, auditor: Auditor, lose: Lose
) -> None:
    life = await create(env)
    relay = await life.hand_over()
    await lose(relay)
    await env.store.tasks.apply(expired(relay))

    report = await auditor.look_and_repair()
    await auditor.repair(report)

    assert [each.kind for each in report.findings] == [FindingKind.NOBODY_TOLD]
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]
    assert await auditor.finds() == []


async def test_a_sender_who_ended_it_needs_no_word(env: WorkflowEnv, auditor: Auditor) -> None:
    relay = await (await create(env)).hand_over()
    await relay.carry_out(relay.withdrawn())
    await relay.end()

    assert await auditor.finds() == []


@pytest.mark.parametrize("end", ["terminate", "cancel"])
async def test_who_was_not_told_that_a_task_is_done_is_told_once(
    idle_stage: WorkflowEnv, end: str
) -> None:
    """The store had closed it, and its workflow was ended before it knew."""
    async with idle_stage.worker():
        life = await create(idle_stage, owner=BEN)
        relay = await life.hand_over(CLEO, BEN)
        await relay.carry_out(relay.accepted(CLEO))
        await relay.end()
    completed = life.says.completed(CLEO)
    await life.signal("completed", completed)
    await idle_stage.store.tasks.apply(completed)
    await getattr(life.handle, end)()

    async with idle_stage.worker():
        await idle_stage.ended(life.handle)
        auditor = Auditor(idle_stage)
        report = await auditor.look_and_repair()
        await auditor.repair(report)
        await life.handle.result()
        left = await auditor.finds()

    assert [each.kind for each in report.findings] == [FindingKind.NOBODY_TOLD] * 2
    assert left == []
    assert sorted(idle_stage.readers(NoticeKind.TASK_COMPLETED)) == [ANA, BEN]
    assert not any(posted.has_buttons for posted in idle_stage.messenger.messages)


async def test_an_end_is_told_though_temporal_has_forgotten_all(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    life = await create(env, owner=BEN)
    await forget(life)
    await env.store.tasks.apply(life.says.completed(BEN))

    report = await auditor.look_and_repair()
    await life.handle.result()

    assert [each.kind for each in report.findings] == [FindingKind.NOBODY_TOLD]
    assert env.readers(NoticeKind.TASK_COMPLETED) == [ANA]
    assert not any(posted.has_buttons for posted in env.messenger.messages)
    assert await auditor.finds() == []


async def test_what_was_asked_and_not_yet_carried_out_is_carried_out(
    idle_stage: WorkflowEnv,
) -> None:
    """No worker was there when Bo said that it is done, and so heard that this is saved."""
    async with idle_stage.worker():
        life = await create(idle_stage, owner=BEN)
    await life.signal("completed", life.says.completed(BEN))
    await terminate(life)

    async with idle_stage.worker():
        await Auditor(idle_stage).look_and_repair()
        await life.handle.result()

    assert (await life.task()).status is TaskStatus.COMPLETED
    assert idle_stage.readers(NoticeKind.TASK_COMPLETED) == [ANA]


@pytest.mark.parametrize("end", ["terminate", "cancel"])
async def test_what_was_broken_off_before_it_began_is_carried_out(
    idle_stage: WorkflowEnv, end: str
) -> None:
    life = await begin(idle_stage, a_new_task(owner=BEN))
    await getattr(life.handle, end)()

    async with idle_stage.worker():
        await idle_stage.ended(life.handle)
        auditor = Auditor(idle_stage)
        report = await auditor.look_and_repair()
        left = await auditor.finds()

    assert [each.kind for each in report.findings] == [FindingKind.REQUEST_BROKEN_OFF]
    assert left == []
    assert (await life.task()).owner == BEN
    assert idle_stage.readers(NoticeKind.TASK_ASSIGNED) == [BEN]


async def test_what_ends_again_at_once_is_not_mended(
    env: WorkflowEnv, auditor: Auditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reset to what came after the request to end, it would end for ever."""
    monkeypatch.setattr(resuming, "_CANCELED", None)
    life = await create(env, owner=BEN)
    await cancel(life)

    report = await auditor.look_and_repair()

    assert not report.is_clean
    assert [each.is_mended for each in report.repairs] == [False]
    assert "broken off again" in report.repairs[0].said


async def test_what_can_not_be_read_is_left_and_the_others_are_mended(
    env: WorkflowEnv, auditor: Auditor, documents: Documents[Document]
) -> None:
    """A life is to begin anew, for which its trail is read; a notice is to be said of a task."""
    by_trail, by_task, _ = [await create(env, owner=BEN) for _ in range(3)]
    others = [await create(env, owner=BEN) for _ in range(2)]
    lost = a_lost_notice(NoticeKind.TASK_TAKEN_BACK, recipient=BEN, task_id=by_task.new.id)
    await env.store.notices.plan(lost, lost.planned_at)
    await forget(by_trail)
    del env.started[by_trail.handle.id]
    for other in others:
        await terminate(other)
    of_trail = {"task_id": by_trail.new.id}
    documents["task_events"].update_one(of_trail, {"$set": {"owner": None}})
    documents["tasks"].update_one({"_id": by_task.new.id}, {"$set": {"title": None}})

    report = await auditor.look_and_repair()

    done = {each.finding.subject: each for each in report.repairs}
    assert {subject for subject, each in done.items() if each.is_mended} == {
        other.new.id for other in others
    }
    assert "a TaskEvent of it can't be read" in done[by_trail.new.id].said
    assert "a Task of it can't be read" in done[lost.key].said
    assert report.broken_off == ""


@pytest.mark.parametrize(
    ("status", "mended"), [(RPCStatusCode.INVALID_ARGUMENT, 2), (RPCStatusCode.UNAVAILABLE, 0)]
)
async def test_what_temporal_refuses_is_left_and_only_once_it_is_away_the_rest(
    env: WorkflowEnv,
    auditor: Auditor,
    monkeypatch: pytest.MonkeyPatch,
    status: RPCStatusCode,
    mended: int,
) -> None:
    monkeypatch.setattr(side_by_side, "WIDTH", 1)
    lives = [await create(env, owner=BEN) for _ in range(3)]
    for life in lives:
        await terminate(life)
    first = min(life.handle.id for life in lives)

    async def resumed(client: Client, executions: Executions, workflow_id: str) -> bool:
        if workflow_id == first:
            raise RPCError("can't be reset", status, b"")
        return await resuming.resume(client, executions, workflow_id)

    monkeypatch.setattr(repair, "resume", resumed)

    report = await auditor.look_and_repair()

    assert (
        sorted(each.is_mended for each in report.repairs)
        == [False] * (3 - mended) + [True] * mended
    )
    assert all("can't be reset" in each.said for each in report.repairs if not each.is_mended)


async def test_an_error_of_the_program_leaves_word_of_what_was_done(
    env: WorkflowEnv, auditor: Auditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = await create(env, owner=BEN)
    await terminate(life)
    lost = a_lost_notice(NoticeKind.TASK_TAKEN_BACK, recipient=BEN, task_id=life.new.id)
    await env.store.notices.plan(lost, lost.planned_at)
    monkeypatch.setattr(repair, "task_of", _fails)

    report = await auditor.look_and_repair()

    assert report.broken_off == "KeyError: 'a fault'"
    assert [each.is_mended for each in report.repairs] == [True]
    assert not report.is_clean


def _fails(*_: object) -> None:
    raise KeyError("a fault")


async def test_a_notice_that_nobody_sends_any_more_is_sent(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    life = await create(env, owner=BEN)
    lost = a_lost_notice(NoticeKind.TASK_TAKEN_BACK, recipient=BEN, task_id=life.new.id)
    await env.store.notices.plan(lost, lost.planned_at)

    report = await auditor.look_and_repair()

    assert [(each.kind, each.subject) for each in report.findings] == [
        (FindingKind.NOTICE_ABANDONED, lost.key)
    ]
    assert env.readers(NoticeKind.TASK_TAKEN_BACK) == [BEN]
    assert await auditor.finds() == []


async def test_what_slack_refused_is_told_once_its_reason_is_put_right(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    await refused_end(env)
    env.messenger.fails_in.clear()

    report = await auditor.look()
    await asyncio.gather(auditor.repair(report), auditor.repair(report))

    assert [each.kind for each in report.findings] == [FindingKind.NOTICE_FAILED]
    assert "messages_tab_disabled" in report.findings[0].detail
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]
    assert await auditor.finds() == []


async def test_what_slack_refuses_again_is_not_mended(env: WorkflowEnv, auditor: Auditor) -> None:
    await refused_end(env)

    report = await auditor.look_and_repair()

    assert [each.is_mended for each in report.repairs] == [False]
    assert "messages_tab_disabled" in report.repairs[0].said
    assert [kind for kind, _ in await auditor.finds()] == [FindingKind.NOTICE_FAILED]


async def test_an_offer_that_slack_refused_has_gone_back(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    life = await create(env)
    env.messenger.fails_in[await env.messenger.open_dm(BEN)] = REFUSED

    await life.hand_over()

    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA]
    assert await auditor.finds() == []


async def test_who_is_gone_need_not_be_told(env: WorkflowEnv, auditor: Auditor) -> None:
    await refused_end(env, UndeliverableError("user_disabled"))

    assert await auditor.finds() == []


async def test_a_refused_reminder_is_not_sent_again(env: WorkflowEnv, auditor: Auditor) -> None:
    life = await create(env, owner=BEN)
    reminder = a_lost_notice(NoticeKind.REMINDER_DUE, recipient=BEN, task_id=life.new.id)
    await refuse(env, reminder)

    report = await auditor.look_and_repair()

    assert [each.kind for each in report.findings] == [FindingKind.NOTICE_FAILED]
    assert [each.is_mended for each in report.repairs] == [False]
    assert env.readers(NoticeKind.REMINDER_DUE) == []


async def test_a_newcomers_notice_is_left_to_a_person(env: WorkflowEnv, auditor: Auditor) -> None:
    lost = a_lost_notice(NoticeKind.WELCOME, recipient=CLEO)
    await env.store.notices.plan(lost, lost.planned_at)

    report = await auditor.look_and_repair()

    assert [each.is_mended for each in report.repairs] == [False]
    assert not report.is_clean
    assert env.messenger.messages == []


@pytest.mark.parametrize("lose", LOSSES)
async def test_everything_at_once_is_mended_once(
    env: WorkflowEnv, auditor: Auditor, lose: Lose
) -> None:
    """Terminated as by a lost namespace, in the middle of hand-overs; and two mend it."""
    lives = [await create(env, owner=BEN) for _ in range(3)]
    relays = [await life.hand_over(CLEO, BEN) for life in lives]
    await asyncio.gather(*(lose(each) for each in (*lives, *relays)))
    told = len(env.messenger.messages)

    report = await auditor.look()
    await asyncio.gather(auditor.repair(report), auditor.repair(report))

    assert len(report.findings) == 6
    assert await auditor.finds() == []
    assert len(env.messenger.messages) == told


async def refused_end(env: WorkflowEnv, refusal: MessengerError = REFUSED) -> None:
    """Ben accepts what Ana gave him, and Slack refuses to tell her."""
    relay = await (await create(env)).hand_over()
    env.messenger.fails_in[await env.messenger.open_dm(ANA)] = refusal
    await relay.carry_out(relay.accepted())
    await relay.end()


async def refuse(env: WorkflowEnv, notice: Notice) -> None:
    """Let the ledger say that Slack refused it."""
    await env.store.notices.plan(notice, notice.planned_at)
    await env.store.notices.settle(
        notice.key, NoticeState.FAILED, at=notice.planned_at, reason=REFUSED.code
    )


def expired(relay: RelayDriver) -> RelayExpired:
    """What its workflow would have done."""
    return RelayExpired(
        id=RequestId(f"{relay.start.relay_id}-expired"),
        task_id=relay.start.task_id,
        at=datetime.now(UTC),
        relay_id=relay.start.relay_id,
    )


def a_lost_notice(kind: NoticeKind, **fields: Any) -> Notice:
    return Notice(team_id=TEAM, kind=kind, moment="m", planned_at=datetime.now(UTC), **fields)
