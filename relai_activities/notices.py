"""Saying things: a notice to a person, once, and cards that show how a task stands.

Slack has no idempotency key, so nobody can promise exactly once. What is promised: the ledger
row is written before the post; where the answer was lost the row says ambiguous; and then the
message history is read for the notice's key before anything is posted again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from temporalio import activity

from relai_activities import clock
from relai_activities.cards import Cards
from relai_activities.clock import now_after
from relai_activities.contracts import NoticeResult, RefreshCardsInput
from relai_activities.heartbeat import beating
from relai_activities.relevance import UNTRUE, Relevance
from relai_core.blockkit.notices import has_buttons
from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import ChannelId
from relai_core.domain.notice import Notice, NoticeRow, NoticeState
from relai_core.errors import (
    AmbiguousDeliveryError,
    InstallationBrokenError,
    MissingScopeError,
    NotYourTurnError,
    RateLimitedError,
    RejectedMessageError,
    TransientMessengerError,
    UnavailableError,
    UndeliverableError,
)
from relai_core.ports import Directory, Messenger, NoticeLedger, TaskStore

HISTORY_LAG = timedelta(seconds=2)
"""How long a posted message may take to show in the history."""
LONGEST_CALL = timedelta(seconds=12)
"""No post is under way this long after its channel was claimed: the messenger gives up before,
even on a worker so busy that it notices a second late."""
BEGUN_WITHIN = timedelta(seconds=2.5)
"""How soon after its channel was claimed a call must begin: so it ends within `LONGEST_CALL`."""
REST = timedelta(seconds=1)
"""Between Slack's answer and the next call for a channel: so no two messages are closer. Slack's
limit is a message a second for each channel, and that is as fast as anyone can read."""
PACE = timedelta(seconds=1.2)
"""Between two turns in a channel: a rest, and the time that a call takes as a rule."""
WORTH_WAITING = timedelta(seconds=3)
"""Whose turn is later comes again, and leaves its place in the worker to others."""
TURN_KEPT = timedelta(seconds=20)
"""After that a turn is lost: those whose worker was away must not all ask at once. Longer than a
channel is held by a worker that died, so that this costs nobody their place."""
GLANCE = timedelta(milliseconds=100)
"""How often is looked whether a call of others has ended."""

_log = structlog.get_logger(__name__)


class NoticeActivities:
    """Everything that ends in a message."""

    def __init__(
        self,
        tasks: TaskStore,
        notices: NoticeLedger,
        directory: Directory,
        messenger: Messenger,
        hours: WorkingHours,
        pace: timedelta = PACE,
        rest: timedelta = REST,
    ) -> None:
        self._notices = notices
        self._cards = Cards(tasks, notices, messenger)
        self._relevance = Relevance(tasks, directory, hours)
        self._messenger = messenger
        self._pace = pace
        self._rest = rest

    @activity.defn(name="send_notification_activity")
    async def send_notification(self, notice: Notice) -> NoticeResult:
        """Tell one person one thing. A retry goes on where the last try was lost.

        A reminder that may not go out at this hour stays planned, and is to be planned anew.
        """
        async with beating():
            row = await self._notices.plan(notice, clock.now())
            if row.is_settled:
                # The try that settled it may have died before it edited what it had posted.
                await self._cards.refresh(row)
            elif row.attempted_at:
                row = await self._reconciled(row)
            if not row.is_settled and not _given_up(row):
                row = await self._sent_or_skipped(row)
            return NoticeResult(state=row.state, reason=row.reason)

    @activity.defn(name="refresh_cards_activity")
    async def refresh_cards(self, asked: RefreshCardsInput) -> int:
        """Edit every message about the task that still has buttons. A retry edits the same."""
        async with beating():
            rows = await self._notices.list_live_cards(asked.task_id)
            for row in rows:
                await self._cards.refresh(row)
            return len(rows)

    async def _sent_or_skipped(self, row: NoticeRow) -> NoticeRow:
        if obstacle := await self._relevance.obstacle(row.notice):
            return await self._skipped(row, obstacle)
        now = now_after(activity.info().scheduled_time)
        if row.attempted_at is None and not await self._relevance.is_welcome(row.notice, now):
            return row
        return await self._post(row)

    async def _post(self, row: NoticeRow) -> NoticeRow:
        try:
            channel = await self._channel(row.notice)
        except UndeliverableError as error:
            return await self._failed(row, error)
        await self._turn(row, channel)
        async with self._alone_in(channel) as now:
            if not await self._relevance.is_true(row.notice):  # it was, but much time has passed
                return await self._skipped(row, UNTRUE)
            message, task = await self._cards.render(row.notice, now)
            await self._notices.mark_attempt(row, channel, now)
            try:
                _require_claimed_just_now(now)
                ts = await self._messenger.post(channel, message, row.key)
            except (UndeliverableError, RejectedMessageError) as error:
                return await self._failed(row, error)
            except AmbiguousDeliveryError as error:
                await self._settle(row, NoticeState.AMBIGUOUS, reason=error.code)
                raise
            except (RateLimitedError, TransientMessengerError, InstallationBrokenError):
                await self._notices.clear_attempt(row)
                raise
            live = row.notice.kind.is_card and has_buttons(message)
            sent = await self._notices.settle(
                row.key, NoticeState.SENT, at=now, ts=ts, reason=row.reason, live=live
            )
        if not await self._cards.is_current(task):
            await self._cards.refresh(sent)
        return sent

    async def _skipped(self, row: NoticeRow, why: str) -> NoticeRow:
        if row.reason == _UNREADABLE:
            return row  # it may be there: neither skipped nor sent can be claimed
        return await self._settle(row, NoticeState.SKIPPED, reason=why)

    async def _turn(self, row: NoticeRow, channel: ChannelId) -> None:
        """Wait for the notice's turn in its channel, or come again when it is its turn.

        Raises:
            NotYourTurnError: the turn is not so soon; nothing was done.
        """
        now = clock.now()
        turn = row.turn_at
        if turn is None or turn < now - TURN_KEPT:
            turn = await self._notices.take_turn(row.key, channel, at=now, every=self._pace)
        if turn - now > WORTH_WAITING:
            raise NotYourTurnError("own_pace", retry_after=turn - now)
        await _until(turn)

    @asynccontextmanager
    async def _alone_in(self, channel: ChannelId) -> AsyncIterator[datetime]:
        """Nobody else posts to the channel meanwhile, or rested enough before; since when.

        Raises:
            NotYourTurnError: others have called for too long; nothing was done.
        """
        caller = uuid4().hex
        since = await self._claimed(channel, caller)
        try:
            yield since
        finally:
            try:
                await self._notices.end_call(channel, caller, rest=self._rest)
            except UnavailableError as error:
                # It ends by itself, and what came of the post matters more.
                _log.warning("claim_left_to_end", channel=channel, part=error.part)

    async def _claimed(self, channel: ChannelId, caller: str) -> datetime:
        began = now = clock.now()
        while wait := await self._notices.claim_call(channel, caller, at_most=LONGEST_CALL):
            if now - began > WORTH_WAITING:
                raise NotYourTurnError("own_pace", retry_after=wait)
            # A rest ends when it says, a call mostly sooner.
            await asyncio.sleep((wait if wait <= self._rest else GLANCE).total_seconds())
            now = clock.now()
        return now

    async def _failed(
        self, row: NoticeRow, error: UndeliverableError | RejectedMessageError
    ) -> NoticeRow:
        _log.error("notice_failed", key=row.key, code=error.code)
        return await self._settle(row, NoticeState.FAILED, reason=error.code)

    async def _reconciled(self, row: NoticeRow) -> NoticeRow:
        """A row whose last post may or may not have arrived: look before posting again.

        Raises:
            MessengerError: nobody can look just now, such as with a token that was revoked.
        """
        if (began := row.interrupted_at) is not None:
            row = await self._notices.settle(
                row.key, NoticeState.AMBIGUOUS, at=began + LONGEST_CALL, reason="interrupted"
            )
        if row.channel is None or row.attempted_at is None or row.unknown_since is None:
            return row
        await _until(row.unknown_since + HISTORY_LAG)
        try:
            ts = await self._messenger.find_posted(row.channel, row.key, row.attempted_at)
        except (UndeliverableError, RejectedMessageError, MissingScopeError) as error:
            _log.warning("history_unreadable", key=row.key, code=error.code)
            return await self._settle(row, NoticeState.AMBIGUOUS, reason=_UNREADABLE)
        if ts is None:
            return _read_by_now(row)
        found = await self._notices.settle(
            row.key,
            NoticeState.RECONCILED,
            at=clock.now(),
            ts=ts,
            reason=row.reason,
            live=row.notice.kind.is_card,
        )
        await self._cards.refresh(found)
        return found

    async def _channel(self, notice: Notice) -> ChannelId:
        if notice.channel is not None:
            return notice.channel
        if notice.recipient is None:
            raise UndeliverableError("notice without recipient")
        return await self._messenger.open_dm(notice.recipient)

    async def _settle(self, row: NoticeRow, state: NoticeState, reason: str) -> NoticeRow:
        return await self._notices.settle(row.key, state, at=clock.now(), reason=reason)


_UNREADABLE = "history unreadable"


def _read_by_now(row: NoticeRow) -> NoticeRow:
    """The row without what kept a try before this one from reading: it is not there for certain."""
    return row.model_copy(update={"reason": ""}) if row.reason == _UNREADABLE else row


def _given_up(row: NoticeRow) -> bool:
    """A reminder that may have been seen is not worth a second one; a hand-over is."""
    return row.reason == _UNREADABLE and row.notice.kind.is_reminder


def _require_claimed_just_now(claimed_at: datetime) -> None:
    """Begin no call whose end another try, which takes it for lost by then, would not see."""
    if clock.now() - claimed_at > BEGUN_WITHIN:
        raise TransientMessengerError("claimed_too_long_ago")


async def _until(moment: datetime) -> None:
    # A moment further off was noted by a clock that has been put right since.
    wait = min(moment - clock.now(), LONGEST_CALL + HISTORY_LAG)
    if wait > timedelta(0):
        await asyncio.sleep(wait.total_seconds())
