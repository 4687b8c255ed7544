"""A lifecycle continues as new by events, size and age, and loses nothing.

Each test runs with small limits, and with the real ones in `make test-long`. Figures of a whole
year with many changes a day: `python -m tests.relai_workflows.long_life`.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

from relai_core.domain.ids import RequestId, SlackUserId
from relai_core.domain.notice import NoticeKind
from relai_core.errors import RateLimitedError, TransientMessengerError
from relai_workflows.limits import RunLimits
from tests.relai_core.builders import ANA, BEN
from tests.relai_workflows.long_life import live, runs_of
from tests.relai_workflows.workflow_driver import TaskDriver, create
from tests.relai_workflows.workflow_env import POLL, WorkflowEnv

SMALL_LIMITS = {
    "LONGEST_HISTORY": 100,
    "LONGEST_BUSY_HISTORY": 200,
    "CARRIED_AT_MOST": 100,
    "LARGEST_STATE": 100 * 1024,
}
MARGIN = 100
"""Events that a run may add until it has nothing left to do."""
A_WHILE = timedelta(minutes=2)
"""Longer than the longest pause between two tries of a message."""
LARGEST_HISTORY = 1024 * 1024
"""Bytes. Temporal warns at ten times as many."""
USUAL_STATE = 8 * 1024
"""Bytes: a hundred request ids, the reminders of one due date, and the task as created."""


@pytest.fixture(
    autouse=True,
    params=["small", pytest.param("real", marks=[pytest.mark.long, pytest.mark.timeout(240)])],
)
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shrink the limits of a run, or keep the real ones."""
    if request.param == "small":
        for name, value in SMALL_LIMITS.items():
            monkeypatch.setattr(RunLimits, name, value)


async def test_each_month_is_a_run(env: WorkflowEnv) -> None:
    runs = await live(env, times=2, pause=RunLimits.LONGEST_RUN, edits=1, relays=1)

    assert len(runs) >= 3
    assert max(run.input_bytes for run in runs) <= USUAL_STATE


async def test_many_changes_in_one_day_are_several_runs(env: WorkflowEnv) -> None:
    edits = RunLimits.LONGEST_HISTORY // 20
    runs = await live(env, times=1, pause=timedelta(minutes=1), edits=edits, relays=1)

    assert len(runs) > 1
    assert max(run.events for run in runs) <= RunLimits.LONGEST_HISTORY + MARGIN
    assert max(run.bytes for run in runs) <= LARGEST_HISTORY
    assert max(run.input_bytes for run in runs) <= USUAL_STATE


async def test_busy_lifecycle_continues_as_new(env: WorkflowEnv) -> None:
    """While Slack is down its cards are never up to date, so no run is idle."""
    life = await create(env)
    env.messenger.down = TransientMessengerError("service_unavailable")

    changes = await _keep_busy(life)
    env.messenger.down = None
    await life.advance(A_WHILE)

    runs = await runs_of(life)
    assert len(runs) > 1
    assert max(run.events for run in runs) <= RunLimits.LONGEST_BUSY_HISTORY + MARGIN
    assert max(run.input_bytes for run in runs) <= USUAL_STATE
    events = await env.store.tasks.list_events(life.new.id, after=0, limit=1_000)
    assert [event.id for event in events] == [life.new.request_id, *changes]


async def test_next_run_sends_each_unsent_notice_once(env: WorkflowEnv) -> None:
    """Unconfirmed outcomes, a reminder on its way, and the end of the task."""
    due_at = datetime.now(UTC) + timedelta(minutes=1)
    life = await create(env, owner=BEN, due_at=due_at)
    first = life.says.progressed(1, BEN)
    env.messenger.down = TransientMessengerError("service_unavailable")
    await life.signal("progressed", first)
    await env.let_pass(life.handle, timedelta(minutes=1))

    unconfirmed = [first.id, *await _keep_busy(life, BEN, confirms=False)]
    env.messenger.down = None
    await life.advance(A_WHILE)
    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()

    assert env.readers(NoticeKind.REMINDER_DUE) == [BEN]
    told = [each.key.split(":")[2] for each in env.told(NoticeKind.TASK_UPDATED)]
    assert sorted(told) == sorted(unconfirmed)
    assert env.readers(NoticeKind.TASK_COMPLETED) == [ANA]


async def test_busy_run_of_a_closed_task_continues_as_new(env: WorkflowEnv) -> None:
    """The next run sends the unsent notices, and ends."""
    life = await create(env, owner=BEN)
    env.messenger.down = TransientMessengerError("service_unavailable")
    await life.carry_out(life.says.completed(BEN))

    refused = await _keep_busy(life, BEN)
    env.messenger.down = None
    await env.let_pass(life.handle, A_WHILE)
    await life.handle.result()

    assert len(await runs_of(life)) > 1
    assert env.readers(NoticeKind.TASK_COMPLETED) == [ANA]
    assert not any(posted.has_buttons for posted in env.messenger.messages)
    assert len(await env.store.tasks.list_events(life.new.id, after=0, limit=1_000)) == 2
    assert len(refused) > 1


async def test_busy_run_continues_as_new_when_old(env: WorkflowEnv) -> None:
    """Its code would otherwise never become current."""
    life = await create(env)
    env.messenger.down = RateLimitedError("ratelimited", RunLimits.LONGEST_RUN - timedelta(days=1))
    await life.signal("progressed", life.says.progressed(1))

    await env.let_pass(life.handle, RunLimits.LONGEST_RUN - A_WHILE)
    # The next run may try before this test goes on, and must not get the long pause as well.
    env.messenger.down = TransientMessengerError("service_unavailable")
    await env.let_pass(life.handle, A_WHILE)
    env.messenger.down = None
    await life.advance(A_WHILE)

    assert len(await runs_of(life)) == 2
    assert env.readers(NoticeKind.TASK_UPDATED) == [ANA]


async def test_oversized_state_is_reduced_before_the_run_ends(env: WorkflowEnv) -> None:
    """Temporal would refuse the next run each time, and the task would stand still."""
    life = await create(env)
    long = "€" * 2_500
    edits = [life.says.edited(description=long) for _ in range(RunLimits.LARGEST_STATE // 2_500)]

    await asyncio.gather(*(life.confirm(edit.id) for edit in edits))
    await asyncio.gather(*(life.signal("edited", edit) for edit in edits))
    while (await life.task()).version <= len(edits):  # noqa: ASYNC110 - it happens in the server
        await asyncio.sleep(POLL.total_seconds())

    runs = await runs_of(life)
    assert len(runs) > 1
    assert max(run.input_bytes for run in runs) <= RunLimits.LARGEST_STATE + USUAL_STATE
    events = await env.store.tasks.list_events(life.new.id, after=0, limit=1_000)
    assert {event.id for event in events} == {life.new.request_id, *(edit.id for edit in edits)}


async def _keep_busy(
    life: TaskDriver, owner: SlackUserId = ANA, *, confirms: bool = True
) -> list[RequestId]:
    """Report progress until the lifecycle continues as new; the requests."""
    made: list[RequestId] = []
    first = (await life.handle.describe()).run_id
    while (await life.handle.describe()).run_id == first:
        change = life.says.progressed(len(made) % 100, owner)
        await life.signal("progressed", change)
        made.append(change.id)
        # A run that is leaving answers no question.
        with suppress(WorkflowUpdateFailedError, RPCError):
            await (life.ask(change.id) if confirms else life.ask_only(change.id))
    return made
