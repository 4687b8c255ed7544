"""The ledger against what people should have been told by now."""

from collections.abc import AsyncIterator, Iterable

from relai_audit.check import Witnesses, ago
from relai_audit.findings import Finding, FindingKind
from relai_audit.subjects import senders_of, task_of
from relai_core.domain.endings import closing_notices, sender_notice
from relai_core.domain.ids import NoticeKey
from relai_core.domain.notice import Notice, NoticeKind, NoticeRow, NoticeState
from relai_core.domain.relay import Relay
from relai_core.store.audit import Closing
from relai_workflows.ids import lifecycle_id, relay_workflow_id


class UnsettledNotices:
    """What was planned is sent in time, or it is known why not."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._store = witnesses.store
        self._executions = witnesses.executions
        self._limits = witnesses.limits

    async def suspects(self) -> AsyncIterator[str]:
        after, before = ago(self._limits.forgotten), ago(self._limits.young)
        async for row in self._store.unsettled_notices(after, before):
            if self._is_missed(row):
                yield row.key

    async def confirm(self, suspect: str) -> Finding | None:
        key = NoticeKey(suspect)
        row = await self._store.find_notice(key)
        if row is None or row.is_settled:
            return None
        tries = [await self._executions.find(each) for each in senders_of(row.notice)]
        is_tried = any(each is not None and each.is_sending for each in tries)
        # Read again: a workflow that has ended by now may have settled it at last.
        row = await self._store.find_notice(key)
        return None if row is None or row.is_settled else _about(row, is_tried=is_tried)

    def _is_missed(self, row: NoticeRow) -> bool:
        is_ambiguous = row.state is NoticeState.AMBIGUOUS
        return is_ambiguous or row.notice.planned_at < ago(self._limits.late)


class Untold:
    """How a hand-over ended, and that a task is closed, is in the ledger for all whom it concerns.

    Its state there is no matter here: see `UnsettledNotices`.
    """

    def __init__(self, witnesses: Witnesses) -> None:
        self._store = witnesses.store
        self._executions = witnesses.executions
        self._limits = witnesses.limits
        self._suspected: dict[str, Notice] = {}

    async def suspects(self) -> AsyncIterator[str]:
        after, before = ago(self._limits.forgotten), ago(self._limits.over)
        async for relays in self._store.ended_relays(after, before):
            await self._suspect(_of_relays(relays))
        async for closings in self._store.closings(after, before):
            await self._suspect(_of_closings(closings))
        for key in self._suspected:
            yield key

    async def confirm(self, suspect: str) -> Finding | None:
        notice = self._suspected[suspect]
        if await self._executions.find(_teller(notice)) is not None:
            return None
        if await self._store.find_notice(notice.key) is not None:
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
        known = await self._store.known_notices(list(notices))
        self._suspected |= {key: notices[key] for key in notices if key not in known}


def _teller(notice: Notice) -> str:
    """The workflow that tells it, and ends only after that."""
    if notice.kind is NoticeKind.RELAY_ENDED and notice.relay_id is not None:
        return relay_workflow_id(notice.relay_id)
    return lifecycle_id(task_of(notice))


def _of_relays(relays: Iterable[Relay]) -> list[Notice]:
    to_senders = (sender_notice(relay, relay.ended_at or relay.answer_by) for relay in relays)
    return [notice for notice in to_senders if notice is not None]


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
