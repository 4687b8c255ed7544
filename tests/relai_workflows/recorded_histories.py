"""Courses that workflows take. One history of each is stored and replayed."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from relai_core.domain.changes import Completed
from relai_core.domain.relay import RelayMode
from relai_core.errors import TransientMessengerError, UndeliverableError
from relai_workflows.contracts import PeriodicCleanupInput, UserOnboardingInput
from relai_workflows.ids import CLEANUP_WORKFLOW_ID, lifecycle_id, onboarding_id
from relai_workflows.outcomes import HEARING_GRACE
from tests.relai_core.builders import ANA, BEN, CI, CLEO, TEAM, a_new_task, a_request
from tests.relai_workflows.workflow_driver import WINDOW, begin, create
from tests.relai_workflows.workflow_env import TEMPLATES, Handle, WorkflowEnv

DAY = timedelta(days=1)

Shape = Callable[[WorkflowEnv], Awaitable[Handle]]


async def reminded_and_completed(env: WorkflowEnv) -> Handle:
    life = await create(env, owner=BEN, due_at=datetime.now(UTC) + 3 * DAY)
    await life.advance(5 * DAY)
    await life.carry_out(life.says.completed(BEN))
    return life.handle


async def changed_in_every_way(env: WorkflowEnv) -> Handle:
    life = await create(env, due_at=datetime.now(UTC) + 3 * DAY)
    await life.carry_out(life.says.progressed(30))
    await life.carry_out(life.says.edited(title="Renew both certificates"))
    await life.carry_out(life.says.snoozed(await life.now() + 2 * DAY))
    await life.carry_out(life.says.completed(CLEO))
    await life.carry_out(life.says.cancelled())
    return life.handle


async def unconfirmed(env: WorkflowEnv) -> Handle:
    life = await begin(env, a_new_task())
    await env.idle()
    await life.advance(HEARING_GRACE)
    await life.signal("completed", life.says.completed())
    await env.idle()
    await life.advance(HEARING_GRACE)
    return life.handle


async def completed_while_slack_was_down(env: WorkflowEnv) -> Handle:
    env.messenger.down = TransientMessengerError("service_unavailable")
    life = await begin(env, a_new_task(owner=BEN))
    await life.ask(life.new.request_id)
    await life.carry_out(life.says.completed(BEN))
    await env.let_pass(life.handle, timedelta(minutes=10))
    env.messenger.down = None
    await env.let_pass(life.handle, timedelta(minutes=1))
    return life.handle


async def relay_asked_late(env: WorkflowEnv) -> Handle:
    """The offer arrives after the window is over, so the window starts again."""
    life = await create(env)
    env.messenger.down = TransientMessengerError("service_unavailable")
    relay = await life.begin_hand_over()
    await relay.ask(relay.start.request_id)
    await env.let_pass(relay.handle, WINDOW + timedelta(minutes=1))
    env.messenger.down = None
    await env.let_pass(relay.handle, timedelta(minutes=1))
    await env.idle(relay.handle)
    await relay.carry_out(relay.accepted())
    return relay.handle


async def completed_while_people_were_unknown(env: WorkflowEnv) -> Handle:
    """The task ends while the search for its next reminder is being retried."""
    life = await create(env)
    env.directory.down = TransientMessengerError("service_unavailable")
    await life.carry_out(life.says.edited(due_at=await life.now() + 3 * DAY))
    await env.let_pass(life.handle, timedelta(minutes=1))
    await life.carry_out(life.says.completed())
    return life.handle


async def first_run_of_two(env: WorkflowEnv) -> Handle:
    life = await create(env, owner=BEN, due_at=datetime.now(UTC) + 40 * DAY)
    first_run = (await life.handle.describe()).run_id
    await life.advance(31 * DAY)
    return env.client.get_workflow_handle(life.handle.id, run_id=first_run)


async def second_run_of_two(env: WorkflowEnv) -> Handle:
    life = await create(env, owner=BEN, due_at=datetime.now(UTC) + 29 * DAY)
    await life.advance(31 * DAY)
    await life.carry_out(life.says.completed(BEN))
    return life.handle


async def handed_over_and_taken_back(env: WorkflowEnv) -> Handle:
    life = await create(env)
    relay = await life.hand_over()
    await relay.advance(WINDOW)
    await relay.end()
    await life.carry_out(relay.taken_back())
    await life.carry_out(life.says.completed())
    return life.handle


async def completed_while_handed_over(env: WorkflowEnv) -> Handle:
    life = await create(env, creator=CLEO)
    await life.hand_over()
    await life.carry_out(life.says.completed(BEN))
    return life.handle


async def relay_accepted(env: WorkflowEnv) -> Handle:
    relay = await (await create(env)).hand_over()
    await relay.carry_out(relay.accepted())
    return relay.handle


async def relay_declined_unconfirmed(env: WorkflowEnv) -> Handle:
    relay = await (await create(env)).hand_over()
    await relay.signal("declined", relay.declined("On leave"))
    await env.idle()
    await relay.advance(HEARING_GRACE)
    return relay.handle


async def relay_unanswered(env: WorkflowEnv) -> Handle:
    relay = await (await create(env)).hand_over()
    await relay.advance(WINDOW)
    return relay.handle


async def relay_returned(env: WorkflowEnv) -> Handle:
    relay = await (await create(env)).hand_over(mode=RelayMode.HANDSHAKE)
    await relay.advance(WINDOW)
    return relay.handle


async def relay_withdrawn(env: WorkflowEnv) -> Handle:
    relay = await (await create(env)).hand_over()
    await relay.carry_out(relay.accepted(CLEO))
    await relay.carry_out(relay.withdrawn())
    return relay.handle


async def relay_undeliverable(env: WorkflowEnv) -> Handle:
    life = await create(env)
    env.messenger.fails_before.append(UndeliverableError("user_disabled"))
    return (await life.hand_over()).handle


async def relay_settled_by_completion(env: WorkflowEnv) -> Handle:
    life = await create(env)
    relay = await life.hand_over()
    await life.carry_out(life.says.completed(BEN))
    return relay.handle


async def relay_that_passes_on(env: WorkflowEnv) -> Handle:
    life = await create(env)
    await life.hand_over()
    second = await life.hand_over(CLEO, from_user=BEN)
    await second.carry_out(second.accepted(CLEO))
    return second.handle


async def relay_refused(env: WorkflowEnv) -> Handle:
    return (await (await create(env)).hand_over(CLEO, from_user=BEN)).handle


async def handed_over_by_a_token(env: WorkflowEnv) -> Handle:
    relay = await (await create(env)).hand_over(via=CI)
    await relay.carry_out(relay.accepted())
    return relay.handle


async def refused_to_a_token(env: WorkflowEnv) -> Handle:
    return (await (await create(env)).hand_over(CLEO, from_user=BEN, via=CI)).handle


async def closed_by_a_token(env: WorkflowEnv) -> Handle:
    """Creator, first owner, receiver and closer differ."""
    life = await begin(env, a_new_task(creator=CLEO, owner=ANA, via=CI))
    await env.idle()
    await life.hand_over(via=CI)
    await life.carry_out(life.token_says.edited(title="Renew both certificates"))
    await life.carry_out(life.token_says.completed(CLEO))
    return life.handle


async def first_week(env: WorkflowEnv) -> Handle:
    start = UserOnboardingInput(team_id=TEAM, user_id=CLEO, inviter=ANA)
    week = await env.start("UserOnboardingWorkflow", start, onboarding_id(TEAM, CLEO))
    await env.idle()
    while len(tasks := await env.store.tasks.list_owned(TEAM, CLEO, 10)) < len(TEMPLATES):
        await env.idle()
    for task in tasks:
        # A running child prevents time skipping.
        await env.handle(lifecycle_id(task.id)).terminate()
    await env.advance(week, 2 * DAY)
    for task in tasks:
        done = Completed(id=a_request(), task_id=task.id, at=datetime.now(UTC), actor=CLEO)
        await env.store.tasks.apply(done)
    await env.let_pass(week, 2 * DAY)
    return week


async def cleanup(env: WorkflowEnv) -> Handle:
    start = PeriodicCleanupInput(archive_after=30 * DAY)
    return await env.start("PeriodicCleanupWorkflow", start, CLEANUP_WORKFLOW_ID)


SHAPES: tuple[Shape, ...] = (
    reminded_and_completed,
    changed_in_every_way,
    unconfirmed,
    completed_while_slack_was_down,
    completed_while_people_were_unknown,
    first_run_of_two,
    second_run_of_two,
    handed_over_and_taken_back,
    completed_while_handed_over,
    relay_accepted,
    relay_declined_unconfirmed,
    relay_unanswered,
    relay_returned,
    relay_withdrawn,
    relay_undeliverable,
    relay_settled_by_completion,
    relay_that_passes_on,
    relay_refused,
    relay_asked_late,
    handed_over_by_a_token,
    refused_to_a_token,
    closed_by_a_token,
    first_week,
    cleanup,
)
"""Each is played to its end."""
