"""However long a task lives and however often it changes, no history of it grows without end.

The figures of a whole year with many changes a day: `python -m tests.relai_workflows.long_life`.
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
from relai_workflows.task_lifecycle import (
    LARGEST_STATE,
    LONGEST_BUSY_HISTORY,
    LONGEST_HISTORY,
    LONGEST_RUN,
)
from tests.relai_core.builders import ANA, BEN
from tests.relai_workflows.long_life import live, runs_of
from tests.relai_workflows.workflow_driver import TaskDriver, create
from tests.relai_workflows.workflow_env import POLL, WorkflowEnv

pytestmark = pytest.mark.timeout(240)  # thousands of events each

YEAR = timedelta(days=365)
MARGIN = 200
"""Events that a run may add until it has nothing left to say, and leaves."""
A_WHILE = timedelta(minutes=2)
"""Longer than the longest pause before a message is tried again."""
LARGEST_HISTORY = 1024 * 1024
"""Bytes. Temporal warns at ten times as many."""
USUAL_STATE = 8 * 1024
"""Bytes: a hundred request ids, the reminders of one due date, and the task as asked for."""


async def test_a_year_goes_by_in_short_runs(env: WorkflowEnv) -> None:
    months = YEAR // LONGEST_RUN + 1

    runs = await live(env, times=months, pause=LONGEST_RUN, edits=3, relays=1)

    assert len(runs) >= months
    assert max(run.events for run in runs) <= LONGEST_HISTORY
    assert max(run.input_bytes for run in runs) <= USUAL_STATE


async def test_a_day_with_very_many_changes_is_more_than_one_run(env: WorkflowEnv) -> None:
    runs = await live(env, times=1, pause=timedelta(minutes=1), edits=80, relays=1)

    assert len(runs) > 1
    assert max(run.events for run in runs) <= LONGEST_HISTORY + MARGIN
    assert max(run.bytes for run in runs) <= LARGEST_HISTORY
    assert max(run.input_bytes for run in runs) <= USUAL_STATE


async def test_a_task_with_which_somebody_never_stops_is_more_than_one_run(
    env: WorkflowEnv,
) -> None:
    """Its cards are never up to date, so no run of it ever has nothing left to do."""
    life = await create(env)
    env.messenger.down = TransientMessengerError("service_unavailable")

    changes = await _keep_busy(life)
    env.messenger.down = None
    await life.advance(A_WHILE)

    runs = await runs_of(life)
    assert len(runs) > 1
    assert max(run.events for run in runs) <= LONGEST_BUSY_HISTORY + MARGIN
    assert max(run.input_bytes for run in runs) <= USUAL_STATE
    events = await env.store.tasks.list_events(life.new.id, after=0, limit=1_000)
    assert [event.id for event in events] == [life.new.request_id, *changes]


async def test_what_a_busy_run_had_left_to_say_is_said_by_the_next_one(env: WorkflowEnv) -> None:
    """What nobody heard, the reminder that was on its way, and the end: each once."""
    due_at = datetime.now(UTC) + timedelta(minutes=1)
    life = await create(env, owner=BEN, due_at=due_at)
    unheard = life.says.progressed(1, BEN)
    env.messenger.down = TransientMessengerError("service_unavailable")
    await life.signal("progressed", unheard)
    await env.let_pass(life.handle, timedelta(minutes=1))

    await _keep_busy(life, BEN)
    env.messenger.down = None
    await life.advance(A_WHILE)
    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()

    assert env.readers(NoticeKind.REMINDER_DUE) == [BEN]
    told = [each.key.split(":")[2] for each in env.told(NoticeKind.TASK_UPDATED)]
    assert told.count(unheard.id) == 1
    assert len(told) == len(set(told))
    assert env.readers(NoticeKind.TASK_COMPLETED) == [ANA]


async def test_a_busy_run_of_a_closed_task_leaves_too(env: WorkflowEnv) -> None:
    """It has only what is left to say, and its next run ends with that."""
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


async def test_a_run_that_always_has_something_to_say_leaves_once_it_is_old(
    env: WorkflowEnv,
) -> None:
    """Otherwise code of a month ago would be needed for ever."""
    life = await create(env)
    env.messenger.down = RateLimitedError("ratelimited", LONGEST_RUN - timedelta(days=1))
    await life.signal("progressed", life.says.progressed(1))

    await env.let_pass(life.handle, LONGEST_RUN - A_WHILE)
    # The next run may try before the test goes on, and is not to be told to wait so long as well.
    env.messenger.down = TransientMessengerError("service_unavailable")
    await env.let_pass(life.handle, A_WHILE)
    env.messenger.down = None
    await life.advance(A_WHILE)

    assert len(await runs_of(life)) == 2
    assert env.readers(NoticeKind.TASK_UPDATED) == [ANA]


async def test_more_than_a_run_can_begin_with_is_decided_before_it_leaves(env: WorkflowEnv) -> None:
    """Temporal would refuse it, again and again, and the task would stand still."""
    life = await create(env)
    long = "€" * 2_500
    edits = [life.says.edited(description=long) for _ in range(500)]

    await asyncio.gather(*(life.confirm(edit.id) for edit in edits))
    await asyncio.gather(*(life.signal("edited", edit) for edit in edits))
    while (await life.task()).version <= len(edits):  # noqa: ASYNC110 - it happens in the server
        await asyncio.sleep(POLL.total_seconds())

    runs = await runs_of(life)
    assert len(runs) > 1
    assert max(run.input_bytes for run in runs) <= LARGEST_STATE + USUAL_STATE
    events = await env.store.tasks.list_events(life.new.id, after=0, limit=1_000)
    assert {event.id for event in events} == {life.new.request_id, *(edit.id for edit in edits)}


async def _keep_busy(life: TaskDriver, owner: SlackUserId = ANA) -> list[RequestId]:
    """Report progress until the run leaves with whatever it has left to do; the requests."""
    made: list[RequestId] = []
    first = (await life.handle.describe()).run_id
    while (await life.handle.describe()).run_id == first:
        change = life.says.progressed(len(made) % 100, owner)
        await life.signal("progressed", change)
        made.append(change.id)
        # As the run leaves it answers nobody any more.
        with suppress(WorkflowUpdateFailedError, RPCError):
            await life.ask_to_confirm(change.id)
            await life.confirm(change.id)
    return made
