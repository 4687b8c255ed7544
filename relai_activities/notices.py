"""Sends notices, and edits cards so they show their task's latest state.

Slack has no idempotency key, so exactly one post can't be guaranteed. Instead the ledger row is
written before the post. If the answer is lost, the row becomes ambiguous, and the next try reads
the message history for the notice's key before it posts again.
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
"""A posted message shows in the history after this long at the latest."""
LONGEST_CALL = timedelta(seconds=12)
"""A post ends within this time after its channel was locked: the messenger gives up earlier, even
on a worker so busy that it notices a second late."""
BEGUN_WITHIN = timedelta(seconds=2.5)
"""A call must begin within this time after its channel was locked, to end within `LONGEST_CALL`."""
REST = timedelta(seconds=1)
"""Pause between Slack's answer and the next call for a channel. Slack's limit is one message per
second and channel."""
PACE = timedelta(seconds=1.2)
"""Time between two turns in a channel: the rest, and the usual time of a call."""
WORTH_WAITING = timedelta(seconds=3)
"""If its turn is later than this, a try ends and comes again, and frees its slot in the worker."""
TURN_KEPT = timedelta(seconds=20)
"""An unused turn expires after this, so a backlog does not send all at once after an outage. Longer
than `LONGEST_CALL`, so a dead worker's lock on the channel costs no notice its turn."""
GLANCE = timedelta(milliseconds=100)
"""Poll interval while another worker holds the channel."""

_log = structlog.get_logger(__name__)


class NoticeActivities:
    """Activities that post or edit messages."""

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
        """Send one notice to one person. A retry goes on where the last try was lost.

        A reminder that may not go out at this hour stays planned, and the workflow plans it again.
        """
        async with beating():
            row = await self._notices.plan(notice, clock.now())
            if row.is_settled:
                # The try that settled the row may have died before it edited the posted message.
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
            if not await self._relevance.is_true(row.notice):  # it was, before the wait
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
            return row  # it may have arrived, so it is neither skipped nor sent
        return await self._settle(row, NoticeState.SKIPPED, reason=why)

    async def _turn(self, row: NoticeRow, channel: ChannelId) -> None:
        """Wait for the notice's turn in its channel, or come again when it is its turn.

        Raises:
            NotYourTurnError: the turn is too far away; nothing was done.
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
        """Lock the channel for the block, after other calls and their rest; gives the moment.

        Raises:
            NotYourTurnError: other tries held the channel for too long; nothing was done.
        """
        caller = uuid4().hex
        since = await self._claimed(channel, caller)
        try:
            yield since
        finally:
            try:
                await self._notices.end_call(channel, caller, rest=self._rest)
            except UnavailableError as error:
                # The lock expires by itself, and the outcome of the post matters more.
                _log.warning("claim_left_to_end", channel=channel, part=error.part)

    async def _claimed(self, channel: ChannelId, caller: str) -> datetime:
        began = now = clock.now()
        while wait := await self._notices.claim_call(channel, caller, at_most=LONGEST_CALL):
            if now - began > WORTH_WAITING:
                raise NotYourTurnError("own_pace", retry_after=wait)
            # A rest ends at its stated time, a call mostly sooner.
            await asyncio.sleep((wait if wait <= self._rest else GLANCE).total_seconds())
            now = clock.now()
        return now

    async def _failed(
        self, row: NoticeRow, error: UndeliverableError | RejectedMessageError
    ) -> NoticeRow:
        _log.error("notice_failed", key=row.key, code=error.code)
        return await self._settle(row, NoticeState.FAILED, reason=error.code)

    async def _reconciled(self, row: NoticeRow) -> NoticeRow:
        """Look in the history for a post whose outcome is unknown, before posting again.

        Raises:
            MessengerError: the history can't be read just now, such as with a revoked token.
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
    """The row without the mark of an unreadable history: it was read now, and holds no post."""
    return row.model_copy(update={"reason": ""}) if row.reason == _UNREADABLE else row


def _given_up(row: NoticeRow) -> bool:
    """A reminder that may have arrived is not sent twice. A hand-over is."""
    return row.reason == _UNREADABLE and row.notice.kind.is_reminder


def _require_claimed_just_now(claimed_at: datetime) -> None:
    """Refuse a call that could outlast `LONGEST_CALL`: then another try takes it for lost."""
    if clock.now() - claimed_at > BEGUN_WITHIN:
        raise TransientMessengerError("claimed_too_long_ago")


async def _until(moment: datetime) -> None:
    # The limit is for a moment that was written while Temporal's clock was wrong.
    wait = min(moment - clock.now(), LONGEST_CALL + HISTORY_LAG)
    if wait > timedelta(0):
        await asyncio.sleep(wait.total_seconds())
