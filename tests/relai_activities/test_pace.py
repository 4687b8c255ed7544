"""At most one message a second to a person, without blocking the worker."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from temporalio.exceptions import ApplicationError

from relai_activities import notices
from relai_core.domain.ids import ChannelId
from relai_core.domain.notice import NoticeState
from relai_core.errors import AmbiguousDeliveryError, RateLimitedError, UnavailableError
from tests.relai_activities.activity_harness import ActivityHarness
from tests.relai_core.builders import BEN

DM = ChannelId(f"D-{BEN}")
PACE = timedelta(milliseconds=300)
MILLISECOND = timedelta(milliseconds=1)
"""Precision of the store."""


async def test_messages_to_one_person_are_spaced(harness: ActivityHarness) -> None:
    harness.pace = PACE
    three = [await harness.an_assignment() for _ in range(3)]
    began = datetime.now(UTC)

    await asyncio.gather(*(harness.send(notice) for notice in three))

    rows = [await harness.row(notice) for notice in three]
    assert {row.state for row in rows} == {NoticeState.SENT}
    assert max(row.settled_at or began for row in rows) - began >= 2 * PACE - MILLISECOND


async def test_call_waits_for_a_rest_after_the_last_one(harness: ActivityHarness) -> None:
    """The first call is slow and fails."""
    harness.pace = PACE
    harness.messenger.slow = [2 * PACE.total_seconds()]
    harness.messenger.fails_after = [AmbiguousDeliveryError("timeout")]
    three = [await harness.an_assignment() for _ in range(3)]

    await asyncio.gather(*(harness.send(notice) for notice in three), return_exceptions=True)

    calls = harness.messenger.calls
    assert len(calls) == 3
    rests = [later[0] - earlier[1] for earlier, later in pairwise(calls)]
    assert min(rests) >= (PACE - MILLISECOND).total_seconds()


async def test_long_wait_for_a_channel_is_retried_later(
    harness: ActivityHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "WORTH_WAITING", timedelta(0))
    notice = await harness.an_assignment()
    await harness.store.notices.claim_call(DM, "others", at_most=notices.LONGEST_CALL)

    with pytest.raises(ApplicationError) as refused:
        await harness.send(notice)

    row = await harness.row(notice)
    assert refused.value.next_retry_delay is not None
    assert timedelta(0) < refused.value.next_retry_delay <= notices.LONGEST_CALL
    assert (row.state, row.attempts) == (NoticeState.PLANNED, 0)


async def test_dead_worker_does_not_cost_a_turn(harness: ActivityHarness) -> None:
    notice = await harness.an_assignment()
    await harness.row(notice)
    # It waited for the claim to expire, and then for a free place in the worker.
    its_turn = datetime.now(UTC) - notices.LONGEST_CALL - timedelta(seconds=5)
    await harness.store.notices.take_turn(notice.key, DM, at=its_turn, every=PACE)
    harness.pace = timedelta(hours=1)

    result = await harness.send(notice)

    assert result.state is NoticeState.SENT


async def test_outcome_is_kept_if_the_claim_cannot_be_ended(
    harness: ActivityHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack answers with a rate limit while MongoDB is down."""

    async def gone(*_: object, **__: object) -> None:
        raise UnavailableError("MongoDB")

    notice = await harness.an_assignment()
    later = timedelta(seconds=17)
    harness.messenger.fails_before.append(RateLimitedError("ratelimited", later))
    monkeypatch.setattr(harness.store.notices, "end_call", gone)

    with pytest.raises(ApplicationError) as refused:
        await harness.send(notice)

    assert refused.value.next_retry_delay == later


async def test_overdue_turns_are_still_spaced(harness: ActivityHarness) -> None:
    """After a pause of the worker, several turns are due at once."""
    harness.pace = PACE
    three = [await harness.an_assignment() for _ in range(3)]
    for notice in three:
        await harness.row(notice)
        await harness.store.notices.take_turn(
            notice.key, DM, at=datetime.now(UTC), every=timedelta(0)
        )
    began = datetime.now(UTC)

    await asyncio.gather(*(harness.send(notice) for notice in three))

    rows = [await harness.row(notice) for notice in three]
    assert max(row.settled_at or began for row in rows) - began >= 2 * PACE - MILLISECOND


async def test_distant_turn_is_retried_at_its_time(harness: ActivityHarness) -> None:
    harness.pace = timedelta(hours=1)
    first, second = await harness.an_assignment(), await harness.an_assignment()
    await harness.send(first)

    with pytest.raises(ApplicationError) as refused:
        await harness.send(second)

    row = await harness.row(second)
    assert refused.value.next_retry_delay is not None
    assert timedelta(minutes=59) < refused.value.next_retry_delay <= timedelta(hours=1)
    assert (row.state, row.attempts) == (NoticeState.PLANNED, 0)


async def test_missed_turn_is_taken_again(
    harness: ActivityHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that was away for an hour finds many expired turns."""
    # Even turns that are still to come count as missed.
    monkeypatch.setattr(notices, "TURN_KEPT", timedelta(hours=-3))
    harness.pace = timedelta(hours=1)
    first, second = await harness.an_assignment(), await harness.an_assignment()
    await harness.send(first)
    for _ in range(2):
        with pytest.raises(ApplicationError):
            await harness.send(second)

    third = await harness.an_assignment()
    with pytest.raises(ApplicationError) as refused:
        await harness.send(third)

    delay = refused.value.next_retry_delay
    assert delay is not None
    assert delay > timedelta(hours=2, minutes=59)
