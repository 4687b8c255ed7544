"""The ledger: a row before every post, and a settled row stays settled."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from relai_core.domain.ids import ChannelId, MessageTs, NoticeKey, TaskId
from relai_core.domain.notice import Notice, NoticeKind, NoticeRow, NoticeState
from relai_core.store.database import Database
from tests.relai_core.builders import ANA, BEN, NOW, TEAM

TASK = TaskId("T0001-task")
DM = ChannelId("D0001")
OTHER_DM = ChannelId("D0002")
TS = MessageTs("1772618400.000100")
LATER = NOW + timedelta(minutes=1)
LONG = timedelta(seconds=30)
"""Longer than a few claims take, and short enough for a right clock."""
NO_TIME = timedelta(0)


async def test_plan_is_stored_unchanged(database: Database) -> None:
    notice = _notice(due_at=LATER, counts=(1, 2))

    row = await database.notices.plan(notice, NOW)

    assert row == NoticeRow(key=notice.key, notice=notice, created_at=NOW)


async def test_second_plan_returns_the_stored_row(database: Database) -> None:
    sent = await _sent(database, _notice())

    assert await database.notices.plan(_notice(), LATER) == sent


async def test_concurrent_plans_create_one_row(database: Database) -> None:
    plans = (database.notices.plan(_notice(), NOW + timedelta(seconds=n)) for n in range(10))

    rows = await asyncio.gather(*plans)

    assert all(row == rows[0] for row in rows)


async def test_attempt_is_stored_before_its_outcome(database: Database) -> None:
    planned = await database.notices.plan(_notice(), NOW)
    await database.notices.mark_attempt(planned, DM, NOW)
    once = await database.notices.plan(_notice(), NOW)
    await database.notices.mark_attempt(once, DM, LATER)

    row = await database.notices.plan(_notice(), LATER)

    assert (row.state, row.attempts) == (NoticeState.PLANNED, 2)
    assert (row.channel, row.attempted_at, row.last_attempt_at) == (DM, NOW, LATER)
    assert row.interrupted_at == LATER


async def test_only_one_of_two_tries_makes_the_attempt(database: Database) -> None:
    """A worker that Temporal has given up may still be running."""
    row = await database.notices.plan(_notice(), NOW)
    await database.notices.mark_attempt(row, DM, NOW)

    with pytest.raises(LookupError):
        await database.notices.mark_attempt(row, DM, LATER)


async def test_cleared_attempt_is_removed(database: Database) -> None:
    row = await database.notices.plan(_notice(), NOW)
    await database.notices.mark_attempt(row, DM, NOW)

    await database.notices.clear_attempt(row)

    cleared = await database.notices.plan(_notice(), NOW)
    assert (cleared.attempted_at, cleared.interrupted_at) == (None, None)


async def test_clearing_an_attempt_keeps_an_earlier_unknown_one(database: Database) -> None:
    row = await database.notices.plan(_notice(), NOW)
    await database.notices.mark_attempt(row, DM, NOW)
    lost = await database.notices.settle(row.key, NoticeState.AMBIGUOUS, at=LATER)
    await database.notices.mark_attempt(lost, DM, LATER)

    await database.notices.clear_attempt(lost)

    cleared = await database.notices.plan(_notice(), LATER)
    assert (cleared.attempted_at, cleared.unknown_since) == (NOW, LATER)
    assert cleared.interrupted_at is None


async def test_a_sent_notice_knows_its_message(database: Database) -> None:
    row = await _sent(database, _notice(), live=True)

    assert row.is_settled
    assert (row.state, row.ts, row.settled_at, row.live) == (NoticeState.SENT, TS, LATER, True)


async def test_an_ambiguous_notice_is_still_open(database: Database) -> None:
    row = await database.notices.plan(_notice(), NOW)

    row = await database.notices.settle(row.key, NoticeState.AMBIGUOUS, at=NOW, reason="timeout")

    assert not row.is_settled
    assert (row.state, row.reason, row.settled_at) == (NoticeState.AMBIGUOUS, "timeout", None)


async def test_an_ambiguous_notice_can_be_reconciled(database: Database) -> None:
    row = await database.notices.plan(_notice(), NOW)
    await database.notices.settle(row.key, NoticeState.AMBIGUOUS, at=NOW)

    row = await database.notices.settle(row.key, NoticeState.RECONCILED, at=LATER, ts=TS)

    assert (row.state, row.ts) == (NoticeState.RECONCILED, TS)


@pytest.mark.parametrize("state", list(NoticeState))
async def test_settled_notice_never_changes(database: Database, state: NoticeState) -> None:
    sent = await _sent(database, _notice())

    assert await database.notices.settle(sent.key, state, at=LATER, reason="late") == sent
    assert await database.notices.plan(_notice(), LATER) == sent


async def test_a_settled_notice_is_not_attempted_again(database: Database) -> None:
    sent = await _sent(database, _notice())

    with pytest.raises(LookupError):
        await database.notices.mark_attempt(sent, DM, LATER)


async def test_settled_notice_ignores_a_cleared_attempt(database: Database) -> None:
    """Another worker may have sent it in the meantime."""
    sent = await _sent(database, _notice())

    await database.notices.clear_attempt(sent)

    assert await database.notices.plan(_notice(), LATER) == sent


async def test_unplanned_notice_is_an_error(database: Database) -> None:
    unknown = NoticeRow(key=NoticeKey("nothing"), notice=_notice(), created_at=NOW)

    with pytest.raises(LookupError):
        await database.notices.mark_attempt(unknown, DM, NOW)
    with pytest.raises(LookupError):
        await database.notices.settle(unknown.key, NoticeState.SENT, at=NOW)


async def test_live_cards_are_listed_oldest_first(database: Database) -> None:
    second = await _sent(database, _notice(moment="second"), live=True, planned=LATER)
    first = await _sent(database, _notice(moment="first"), live=True)
    await _sent(database, _notice(moment="without buttons"))
    await _sent(database, _notice(task_id=TaskId("T0001-other")), live=True)

    assert await database.notices.list_live_cards(TASK) == [first, second]


async def test_a_retired_card_stays_sent_but_is_no_longer_live(database: Database) -> None:
    sent = await _sent(database, _notice(), live=True)

    await database.notices.retire_card(sent.key)

    assert await database.notices.list_live_cards(TASK) == []
    assert (await database.notices.plan(_notice(), LATER)).state is NoticeState.SENT


def _notice(**fields: Any) -> Notice:
    offered: dict[str, Any] = {
        "team_id": TEAM,
        "kind": NoticeKind.RELAY_OFFERED,
        "moment": "relay",
        "planned_at": NOW,
        "recipient": BEN,
        "actor": ANA,
        "task_id": TASK,
    }
    return Notice(**(offered | fields))


async def _sent(
    database: Database, notice: Notice, *, live: bool = False, planned: Any = NOW
) -> NoticeRow:
    row = await database.notices.plan(notice, planned)
    await database.notices.mark_attempt(row, DM, LATER)
    return await database.notices.settle(row.key, NoticeState.SENT, at=LATER, ts=TS, live=live)


async def test_concurrent_turns_in_a_channel_are_spaced(database: Database) -> None:
    second = timedelta(seconds=1)
    turns = await asyncio.gather(
        *(
            database.notices.take_turn(NoticeKey(f"n{number}"), DM, at=NOW, every=second)
            for number in range(10)
        )
    )

    assert sorted(turns) == [NOW + number * second for number in range(10)]


async def test_turn_after_a_pause_is_immediate(database: Database) -> None:
    second = timedelta(seconds=1)
    await database.notices.take_turn(NoticeKey("n"), DM, at=NOW, every=second)

    assert await database.notices.take_turn(NoticeKey("m"), DM, at=LATER, every=second) == LATER


async def test_turn_taken_by_a_fast_clock_delays_no_other(database: Database) -> None:
    """Later turns keep the pace again."""
    second, ahead = timedelta(seconds=1), NOW + timedelta(hours=1)
    await database.notices.take_turn(NoticeKey("n"), DM, at=ahead, every=second)

    turns = [
        await database.notices.take_turn(NoticeKey(key), DM, at=NOW, every=second)
        for key in ("m", "o")
    ]

    assert turns == [NOW, NOW + second]


async def test_long_queue_keeps_its_pace(database: Database) -> None:
    an_hour = timedelta(hours=1)
    for key in ("n", "m"):
        await database.notices.take_turn(NoticeKey(key), DM, at=NOW, every=an_hour)

    turn = await database.notices.take_turn(NoticeKey("o"), DM, at=NOW, every=an_hour)

    assert turn == NOW + 2 * an_hour


async def test_each_channel_has_turns_of_its_own(database: Database) -> None:
    second = timedelta(seconds=1)
    await database.notices.take_turn(NoticeKey("n"), DM, at=NOW, every=second)

    turn = await database.notices.take_turn(NoticeKey("m"), ChannelId("D2"), at=NOW, every=second)

    assert turn == NOW


async def test_a_turn_is_kept_until_it_is_used(database: Database) -> None:
    row = await database.notices.plan(_notice(), NOW)
    turn = await database.notices.take_turn(row.key, DM, at=NOW, every=timedelta(seconds=1))
    waiting = await database.notices.plan(_notice(), NOW)
    await database.notices.mark_attempt(waiting, DM, NOW)

    assert waiting.turn_at == turn
    assert (await database.notices.plan(_notice(), NOW)).turn_at is None


async def test_one_of_many_claims_gets_the_channel(database: Database) -> None:
    callers = [f"caller-{number}" for number in range(10)]

    waits = await asyncio.gather(
        *(database.notices.claim_call(DM, caller, at_most=LONG) for caller in callers)
    )

    assert waits.count(NO_TIME) == 1
    assert all(NO_TIME <= wait <= LONG for wait in waits)


async def test_channel_is_free_after_the_rest(database: Database) -> None:
    await database.notices.claim_call(DM, "first", at_most=2 * LONG)
    await database.notices.end_call(DM, "first", rest=LONG)

    at_rest = await database.notices.claim_call(DM, "second", at_most=LONG)
    await database.notices.claim_call(OTHER_DM, "third", at_most=LONG)
    await database.notices.end_call(OTHER_DM, "third", rest=NO_TIME)

    assert NO_TIME < at_rest <= LONG
    assert await database.notices.claim_call(OTHER_DM, "fourth", at_most=LONG) == NO_TIME


async def test_unended_call_frees_its_channel_in_time(database: Database) -> None:
    await database.notices.claim_call(DM, "died", at_most=NO_TIME)

    assert await database.notices.claim_call(DM, "next", at_most=LONG) == NO_TIME


async def test_ending_a_lost_call_keeps_the_new_claim(database: Database) -> None:
    await database.notices.claim_call(DM, "lost", at_most=NO_TIME)
    await database.notices.claim_call(DM, "now", at_most=LONG)

    await database.notices.end_call(DM, "lost", rest=NO_TIME)

    assert await database.notices.claim_call(DM, "next", at_most=LONG) > NO_TIME


async def test_claim_by_a_fast_clock_delays_no_other(database: Database) -> None:
    await database.notices.claim_call(DM, "ahead", at_most=timedelta(hours=1))

    assert await database.notices.claim_call(DM, "now", at_most=LONG) == NO_TIME
