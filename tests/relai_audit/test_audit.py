"""What an audit says of a healthy env, and of one with a damage that nothing mends safely."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from pymongo.database import Database as Documents

from relai_audit.executions import ACTIVITY_TRIES, Executions
from relai_audit.findings import FindingKind
from relai_audit.limits import Limits
from relai_core.domain.notice import NoticeState
from relai_core.domain.relay import RelayEnd
from relai_core.errors import TransientMessengerError
from relai_core.store.connection import Document
from relai_workflows.contracts import TaskLifecycleInput
from relai_workflows.ids import lifecycle_id, relay_workflow_id
from relai_workflows.outcomes import HEARING_GRACE
from tests.relai_audit.conftest import AT_ONCE, Auditor, a_clock
from tests.relai_core.builders import ANA, BEN, CLEO, TEAM
from tests.relai_workflows.workflow_driver import create
from tests.relai_workflows.workflow_env import WorkflowEnv


async def test_a_healthy_workspace_is_counted_and_nothing_is_found(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    waiting = await create(env)
    await waiting.hand_over()
    done = await create(env)
    relay = await done.hand_over()
    await relay.carry_out(relay.accepted())
    await relay.end()
    await done.carry_out(done.says.completed(BEN))
    await done.handle.result()

    report = await auditor.look()

    assert report.findings == ()
    assert report.is_clean
    census = report.workspaces[TEAM]
    assert (census.created, census.opened) == (2, 2)
    assert census.tasks == {"open": 1, "completed": 1}
    assert (census.ended, census.still_open) == ({RelayEnd.ACCEPTED: 1}, 1)
    assert census.notices == {NoticeState.SENT: len(env.messenger.messages)}
    assert report.workflows == 2


async def test_what_was_only_on_its_way_at_the_first_look_is_excused(env: WorkflowEnv) -> None:
    """Between two looks somebody else has mended it."""
    life = await create(env)
    await life.handle.terminate("damage")
    report = await Auditor(env).look()
    patient = Auditor(env, AT_ONCE._replace(pause=timedelta(seconds=3)))
    looking = asyncio.create_task(patient.look())
    await asyncio.sleep(1)

    await Auditor(env).repair(report)

    assert [each.kind for each in report.findings] == [FindingKind.TASK_WITHOUT_WORKFLOW]
    assert (await looking).findings == ()


async def test_a_task_that_is_gone_is_missed_by_all(
    env: WorkflowEnv, auditor: Auditor, documents: Documents[Document]
) -> None:
    life = await create(env)
    documents["tasks"].delete_one({"_id": life.new.id})

    assert set(await auditor.finds()) == {
        (FindingKind.SUMS_DIFFER, "tasks"),
        (FindingKind.TASK_LOST, life.new.id),
        (FindingKind.WORKFLOW_WITHOUT_SUBJECT, lifecycle_id(life.new.id)),
    }


async def test_a_hand_over_that_is_gone_is_missed_by_all(
    env: WorkflowEnv, auditor: Auditor, documents: Documents[Document]
) -> None:
    life = await create(env)
    relay = await life.hand_over()
    documents["relays"].delete_one({"_id": relay.start.relay_id})

    assert set(await auditor.finds()) == {
        (FindingKind.SUMS_DIFFER, "hand-overs"),
        (FindingKind.TRAIL_BROKEN, life.new.id),
        (FindingKind.WORKFLOW_WITHOUT_SUBJECT, relay_workflow_id(relay.start.relay_id)),
    }


async def test_an_owner_whom_the_trail_does_not_know_is_found(
    env: WorkflowEnv, auditor: Auditor, documents: Documents[Document]
) -> None:
    life = await create(env)
    documents["tasks"].update_one({"_id": life.new.id}, {"$set": {"owner": CLEO, "given": True}})

    (found,) = (await auditor.look()).findings

    assert (found.kind, found.subject) == (FindingKind.TRAIL_BROKEN, life.new.id)
    assert found.detail == f"the task says {CLEO} owns it, its trail says {ANA}"


async def test_a_workflow_that_can_not_say_the_end_outlives_its_task(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    life = await create(env, owner=BEN)
    env.messenger.down = TransientMessengerError("service_unavailable")
    await life.carry_out(life.says.completed(BEN))
    await auditor.look()  # until then it has done what it can

    found = dict(await auditor.finds())

    env.messenger.down = None
    assert found[FindingKind.WORKFLOW_OUTLIVES_SUBJECT] == lifecycle_id(life.new.id)
    assert FindingKind.NOBODY_TOLD not in found


async def test_a_message_that_is_still_tried_is_late_and_not_abandoned(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    life = await create(env)
    env.messenger.down = TransientMessengerError("service_unavailable")
    await life.begin_hand_over()
    await auditor.look()  # until then it has tried

    kinds = {kind for kind, _ in await auditor.finds()}

    env.messenger.down = None
    assert FindingKind.NOTICE_LATE in kinds
    assert FindingKind.NOTICE_ABANDONED not in kinds


async def test_a_late_word_of_an_earlier_hand_over_is_not_abandoned(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    """A word to who answered names no hand-over, and the task has had a newer one since."""
    life = await create(env)
    first = await life.hand_over()
    declined = first.declined("no time")
    await first.signal("declined", declined)
    await env.idle()
    to_ben = await env.messenger.open_dm(BEN)
    env.messenger.fails_in[to_ben] = TransientMessengerError("service_unavailable")
    await env.let_pass(first.handle, HEARING_GRACE)
    await env.idle((await life.begin_hand_over(CLEO)).handle)

    report = await auditor.look()

    env.messenger.fails_in.clear()
    kinds = {
        each.kind
        for each in report.findings
        if each.notice is not None and each.notice.moment == declined.id
    }
    assert kinds == {FindingKind.NOTICE_LATE}


async def test_a_step_that_fails_again_and_again_is_named_with_its_failure(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    life = await create(env)
    env.directory.down = TransientMessengerError("service_unavailable")
    due = (await life.now()) + timedelta(days=3)
    await life.signal("edited", life.says.edited(due_at=due))
    await env.let_pass(life.handle, timedelta(minutes=10))

    found = {each.kind: each for each in (await auditor.look()).findings}

    env.directory.down = None
    stuck = found[FindingKind.WORKFLOW_STUCK]
    assert stuck.subject == lifecycle_id(life.new.id)
    # Both the search for reminders and the word to Ana fail; one of them is named.
    said = re.fullmatch(r"\w+_activity, try (\d+): TransientMessengerError", stuck.detail)
    assert said is not None, stuck.detail
    assert int(said[1]) > ACTIVITY_TRIES


async def test_a_hand_over_past_its_moment_is_in_limbo(
    env: WorkflowEnv, auditor: Auditor, documents: Documents[Document]
) -> None:
    relay = await (await create(env)).hand_over(window=timedelta(days=1))
    past = datetime.now(UTC) - timedelta(minutes=1)
    documents["relays"].update_one({"_id": relay.start.relay_id}, {"$set": {"answer_by": past}})

    report = await auditor.look()

    assert [each.kind for each in report.findings] == [FindingKind.RELAY_IN_LIMBO]
    assert report.workspaces[TEAM].in_limbo == 1


@pytest.mark.parametrize("ahead", [timedelta(hours=1), -timedelta(hours=1)], ids=str)
async def test_the_end_of_a_window_is_judged_by_temporals_clock(
    env: WorkflowEnv,
    documents: Documents[Document],
    monkeypatch: pytest.MonkeyPatch,
    ahead: timedelta,
) -> None:
    """Whatever the time is by mongod's."""
    monkeypatch.setattr(env.store.audit, "server_time", a_clock(ahead))
    _, late = [await (await create(env)).hand_over(window=timedelta(days=1)) for _ in range(2)]
    await (await create(env)).hand_over(window=timedelta(minutes=10))
    past = datetime.now(UTC) - timedelta(minutes=3)
    documents["relays"].update_one({"_id": late.start.relay_id}, {"$set": {"answer_by": past}})

    looking = asyncio.create_task(Auditor(env, Limits(pause=AT_ONCE.pause)).look())
    while not looking.done():
        await create(env)  # else its worker would ask for no work for a minute

    found = [(each.kind, each.subject) for each in (await looking).findings]
    assert found == [(FindingKind.RELAY_IN_LIMBO, late.start.relay_id)]


@pytest.mark.parametrize(
    ("collection", "damage"),
    [
        ("relays", {"end": "evaporated"}),
        ("relays", {"answer_by": None}),
        ("tasks", {"created_at": "yesterday"}),
        ("tasks", {"version": None}),
        ("task_events", {"owner": None}),
        ("notices", {"state": "lost"}),
    ],
    ids=str,
)
async def test_a_damaged_document_is_named_and_stops_nothing(
    env: WorkflowEnv,
    auditor: Auditor,
    documents: Documents[Document],
    collection: str,
    damage: Document,
) -> None:
    life = await create(env, owner=BEN)
    await life.hand_over(CLEO, BEN)
    damaged = documents[collection].find_one_and_update({}, {"$set": damage})
    assert damaged is not None

    found = await auditor.finds()

    assert (FindingKind.DOCUMENT_UNSOUND, f"{collection}/{damaged['_id']}") in found


@pytest.mark.parametrize(
    ("collection", "damage"),
    [
        ("tasks", {"created_at": "yesterday"}),
        ("tasks", {"closed_at": "yesterday"}),
        ("relays", {"answer_by": None}),
        ("relays", {"opened_at": None}),
    ],
    ids=str,
)
async def test_what_can_not_be_read_is_there(
    env: WorkflowEnv,
    auditor: Auditor,
    documents: Documents[Document],
    collection: str,
    damage: Document,
) -> None:
    """Else nothing is repaired, for it seems that the workflows are those of another database."""
    await (await create(env, owner=BEN)).hand_over(CLEO, BEN)
    documents[collection].update_one({}, {"$set": damage})

    report = await auditor.look_and_repair()

    assert [each.kind for each in report.findings] == [FindingKind.DOCUMENT_UNSOUND]
    assert report.refused == ""


async def test_that_nobody_carries_anything_out_is_found(idle_stage: WorkflowEnv) -> None:
    report = await Auditor(idle_stage).look()

    assert [(each.kind, each.subject) for each in report.findings] == [
        (FindingKind.NO_WORKER, idle_stage.task_queue)
    ]


async def test_a_worker_is_seen_by_a_clock_that_is_not_temporals(env: WorkflowEnv) -> None:
    executions = Executions(env.client, env.task_queue)
    ahead = datetime.now(UTC) + timedelta(hours=1)

    looking = asyncio.create_task(executions.has_worker(ahead, AT_ONCE))
    while not looking.done():
        await create(env)  # else it would ask for no work for a minute

    assert await looking


async def test_a_worker_that_was_there_is_not_there_for_ever(idle_stage: WorkflowEnv) -> None:
    executions = Executions(idle_stage.client, idle_stage.task_queue)
    async with idle_stage.worker():
        await create(idle_stage)
    later = datetime.now(UTC) + timedelta(hours=1)

    assert not await executions.has_worker(later, AT_ONCE._replace(idle=timedelta(seconds=2)))


async def test_a_life_on_another_task_queue_is_found(
    env: WorkflowEnv, auditor: Auditor, idle_stage: WorkflowEnv
) -> None:
    life = await create(env)
    await life.handle.terminate("damage")
    await idle_stage.client.start_workflow(
        "TaskLifecycleWorkflow",
        TaskLifecycleInput(new=life.new),
        id=life.handle.id,
        task_queue=idle_stage.task_queue,
    )

    (found,) = (await auditor.look()).findings

    assert (found.kind, found.subject) == (FindingKind.WORKFLOW_ELSEWHERE, life.handle.id)
    assert idle_stage.task_queue in found.detail


async def test_a_refusal_that_waits_for_slack_is_no_hand_over_that_is_gone(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    life = await create(env)
    env.messenger.down = TransientMessengerError("service_unavailable")
    refused = await life.begin_hand_over(CLEO, BEN)
    await env.let_pass(refused.handle, timedelta(minutes=1))

    kinds = {kind for kind, _ in await auditor.finds()}

    env.messenger.down = None
    assert FindingKind.WORKFLOW_WITHOUT_SUBJECT not in kinds
