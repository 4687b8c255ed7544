"""The ledger against what people should have been told by now."""

from collections.abc import AsyncIterator, Iterable

from relai_audit.check import Witnesses
from relai_audit.findings import Finding, FindingKind
from relai_audit.subjects import senders_of, task_of
from relai_core.domain.ids import NoticeKey
from relai_core.domain.notice import Notice, NoticeKind, NoticeRow, NoticeState
from relai_core.domain.relay import Relay
from relai_core.domain.telling import closing_notices, relay_end_notices
from relai_core.slack.errors import NOBODY_THERE
from relai_core.store.audit import Closing
from relai_workflows.ids import lifecycle_id, relay_workflow_id

_ANSWERED_FOR = frozenset({NoticeKind.RELAY_OFFERED, NoticeKind.RELAY_NUDGED})
"""If these are refused, the hand-over goes back, and its sender is told."""


class UnsettledNotices:
    """What was planned is sent in time, or it is known why not."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._ask = witnesses

    async def suspects(self) -> AsyncIterator[str]:
        limits = self._ask.limits
        after, before = self._ask.ago(limits.forgotten), self._ask.ago(limits.young)
        async for row in self._ask.store.unsettled_notices(after, before):
            if self._is_missed(row):
                yield row.key

    async def confirm(self, suspect: str) -> Finding | None:
        key = NoticeKey(suspect)
        row = await self._ask.store.find_notice(key)
        if row is None or row.is_settled:
            return None
        is_tried = await self._is_tried(row.notice)
        # Read again: a workflow that has ended by now may have settled it at last.
        row = await self._ask.store.find_notice(key)
        return None if row is None or row.is_settled else _about(row, is_tried=is_tried)

    def _is_missed(self, row: NoticeRow) -> bool:
        is_ambiguous = row.state is NoticeState.AMBIGUOUS
        return is_ambiguous or row.notice.planned_at < self._ask.ago(self._ask.limits.late)

    async def _is_tried(self, notice: Notice) -> bool:
        """Whether a workflow that may be sending it is sending something."""
        senders = set(senders_of(notice))
        if notice.task_id is not None:
            # What a hand-over's workflow says to who asked need not name the hand-over, and a later
            # one may have been opened since. What is late was planned before the audit began.
            relays = await self._ask.store.hand_overs_of(notice.task_id)
            senders |= {relay_workflow_id(each) for each in relays} & self._ask.running.keys()
        found = [await self._ask.executions.find(each) for each in senders]
        return any(each is not None and each.is_sending for each in found)


class FailedNotices:
    """What was to be said was not refused for good, but by people who are gone."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._ask = witnesses

    async def suspects(self) -> AsyncIterator[str]:
        after = self._ask.ago(self._ask.limits.forgotten)
        async for row in self._ask.store.failed_notices(after, NOBODY_THERE):
            if row.notice.kind not in _ANSWERED_FOR:
                yield row.key

    async def confirm(self, suspect: str) -> Finding | None:
        row = await self._ask.store.find_notice(NoticeKey(suspect))
        if row is None or row.state is not NoticeState.FAILED:
            return None
        since = row.settled_at or row.notice.planned_at
        return Finding(
            kind=FindingKind.NOTICE_FAILED,
            team_id=row.notice.team_id,
            subject=row.key,
            detail=f"refused {since:%F %H:%M}: {row.reason}",
            notice=row.notice,
        )


class Untold:
    """How a hand-over ended, and that a task is closed, is in the ledger for all whom it concerns.

    Its state there is no matter here: see `UnsettledNotices`.
    """

    def __init__(self, witnesses: Witnesses) -> None:
        self._ask = witnesses
        self._suspected: dict[str, Notice] = {}

    async def suspects(self) -> AsyncIterator[str]:
        limits = self._ask.limits
        after, before = self._ask.ago(limits.forgotten), self._ask.ago(limits.over)
        async for relays in self._ask.store.ended_relays(after, before):
            await self._suspect(await self._of_relays(relays))
        async for closings in self._ask.store.closings(after, before):
            await self._suspect(_of_closings(closings))
        for key in self._suspected:
            yield key

    async def confirm(self, suspect: str) -> Finding | None:
        notice = self._suspected[suspect]
        if await self._ask.executions.find(_teller(notice)) is not None:
            return None
        if await self._ask.store.find_notice(notice.key) is not None:
            return None
        return Finding(
            kind=FindingKind.NOBODY_TOLD,
            team_id=notice.team_id,
            subject=suspect,
            detail=f"over since {notice.planned_at:%F %H:%M}",
            notice=notice,
        )

    async def _suspect(self, expected: Iterable[Notice]) -> None:
        notices = {notice.key: notice for notice in expected}
        known = await self._ask.store.known_notices(list(notices))
        self._suspected |= {key: notices[key] for key in notices if key not in known}

    async def _of_relays(self, relays: list[Relay]) -> list[Notice]:
        tasks = await self._ask.store.find_tasks([relay.task_id for relay in relays])
        found: list[Notice] = []
        for relay in relays:
            at = relay.ended_at or relay.answer_by
            task = tasks.get(relay.task_id)
            with_task = task is not None and task.over_since == relay.ended_at
            found.extend(relay_end_notices(relay, at, with_task=with_task))
        return found


def _teller(notice: Notice) -> str:
    """The workflow that tells it, and ends only after that."""
    if notice.relay_id is not None:
        return relay_workflow_id(notice.relay_id)
    return lifecycle_id(task_of(notice))


def _of_closings(closings: Iterable[Closing]) -> list[Notice]:
    return [
        notice
        for task, request, settled in closings
        for notice in closing_notices(task, request, settled, task.closed_at or task.updated_at)
    ]


def _about(row: NoticeRow, *, is_tried: bool) -> Finding:
    since = row.unknown_since or row.notice.planned_at
    trying = "a workflow is trying" if is_tried else "no workflow is trying"
    return Finding(
        kind=_kind(row, is_tried=is_tried),
        team_id=row.notice.team_id,
        subject=row.key,
        detail=f"{row.state} since {since:%F %H:%M}, {trying}",
        notice=row.notice,
    )


def _kind(row: NoticeRow, *, is_tried: bool) -> FindingKind:
    is_ambiguous = row.state is NoticeState.AMBIGUOUS
    # Nobody tries a reminder again that may have been seen.
    if is_ambiguous and (is_tried or row.notice.kind.is_reminder):
        return FindingKind.NOTICE_AMBIGUOUS
    return FindingKind.NOTICE_LATE if is_tried else FindingKind.NOTICE_ABANDONED
