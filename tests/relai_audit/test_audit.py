"""Counts and findings of an audit."""

from datetime import timedelta

from devstack.mongo_server import MongoServer
from relai_audit.executions import ACTIVITY_TRIES
from relai_audit.findings import FindingKind
from relai_core.domain.notice import NoticeState
from relai_core.domain.relay import RelayEnd
from relai_core.errors import TransientMessengerError
from relai_workflows.contracts import TaskLifecycleInput
from relai_workflows.ids import lifecycle_id
from relai_workflows.outcomes import HEARING_GRACE
from tests.relai_activities.mongo import a_database
from tests.relai_audit.conftest import Auditor
from tests.relai_core.builders import BEN, CLEO, TEAM, a_new_task
from tests.relai_workflows.workflow_driver import create
from tests.relai_workflows.workflow_env import WorkflowEnv

SLACK_AWAY = TransientMessengerError("service_unavailable")


async def test_healthy_workspace_is_counted(env: WorkflowEnv, auditor: Auditor) -> None:
    await (await create(env)).hand_over()
    done = await create(env)
    relay = await done.hand_over()
    await relay.carry_out(relay.accepted())
    await relay.end()
    await done.carry_out(done.says.completed(BEN))
    await done.handle.result()

    report = await auditor.look()

    assert report.is_clean
    assert report.workspaces[TEAM] == {
        "tasks": {"open": 1, "completed": 1},
        "relays": {"open": 1, RelayEnd.ACCEPTED: 1},
        "notices": {NoticeState.SENT: len(env.messenger.messages)},
    }
    assert report.workflows == 2


async def test_failing_step_is_named(env: WorkflowEnv, auditor: Auditor) -> None:
    life = await create(env)
    env.directory.down = SLACK_AWAY
    due = (await life.now()) + timedelta(days=3)
    await life.signal("edited", life.says.edited(due_at=due))
    await env.let_pass(life.handle, timedelta(minutes=10))

    (stuck,) = (await auditor.look()).findings

    env.directory.down = None
    assert (stuck.kind, stuck.subject) == (FindingKind.WORKFLOW_STUCK, lifecycle_id(life.new.id))
    step, _, tries = stuck.detail.partition(", try ")
    assert step.endswith("_activity")
    assert tries.endswith(": TransientMessengerError")
    assert int(tries.partition(":")[0]) > ACTIVITY_TRIES


async def test_workflow_on_another_task_queue_is_stuck(
    env: WorkflowEnv, auditor: Auditor, idle_env: WorkflowEnv
) -> None:
    life = await create(env)
    await life.handle.terminate()
    start = TaskLifecycleInput(new=life.new)
    await idle_env.client.start_workflow(
        "TaskLifecycleWorkflow", start, id=life.handle.id, task_queue=idle_env.task_queue
    )

    (found,) = (await auditor.look()).findings

    assert (found.kind, found.subject) == (FindingKind.WORKFLOW_STUCK, life.handle.id)
    assert idle_env.task_queue in found.detail


async def test_message_being_sent_is_not_unsent(env: WorkflowEnv, auditor: Auditor) -> None:
    life = await create(env)
    env.messenger.down = SLACK_AWAY
    relay = await life.begin_hand_over()
    await relay.ask(relay.start.request_id)

    found = await auditor.finds()

    env.messenger.down = None
    assert found == []


async def test_message_of_an_earlier_relay_is_being_sent(
    env: WorkflowEnv, auditor: Auditor
) -> None:
    """The answer to Ben names no relay, and the task has a newer one."""
    life = await create(env)
    first = await life.hand_over()
    declined = first.declined("no time")
    await first.signal("declined", declined)
    await env.idle()
    env.messenger.fails_in[await env.messenger.open_dm(BEN)] = SLACK_AWAY
    await env.let_pass(first.handle, HEARING_GRACE)
    await env.idle((await life.begin_hand_over(CLEO)).handle)

    found = await auditor.finds()

    env.messenger.fails_in.clear()
    assert [key for _, key in found if declined.id in key] == []


async def test_missing_worker_is_found(idle_env: WorkflowEnv) -> None:
    assert await Auditor(idle_env).finds() == [(FindingKind.NO_WORKER, idle_env.task_queue)]


async def test_wrong_database_is_found_and_not_repaired(
    env: WorkflowEnv, mongo_server: MongoServer
) -> None:
    """Otherwise workflows would start for the tasks of another installation."""
    await create(env)
    async with a_database(mongo_server) as other:
        await other.tasks.create(a_new_task())

        report = await Auditor(env, store=other).look_and_repair()

    assert [each.kind for each in report.findings] == [
        FindingKind.WRONG_DATABASE,
        FindingKind.WORKFLOW_MISSING,
    ]
    assert "wrong_database" in report.stopped
    assert report.repairs == ()
