"""Checks that everybody who should have got a message by now has got it."""

from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

from relai_audit.findings import Finding, FindingKind
from relai_audit.sources import Sources
from relai_core.domain.ids import NoticeKey
from relai_core.domain.notice import Notice, NoticeKind, NoticeRow, NoticeState
from relai_core.domain.relay import Relay
from relai_core.domain.telling import closing_notices, relay_end_notices
from relai_core.slack.errors import NOBODY_THERE
from relai_core.store.audit import Closing
from relai_workflows.ids import lifecycle_id, onboarding_id, relay_workflow_id

LATE_AFTER = timedelta(minutes=10)
"""How long a workflow may take to send a message that it has planned."""

_SENDS_THE_RELAY_BACK = frozenset({NoticeKind.RELAY_OFFERED, NoticeKind.RELAY_NUDGED})
"""If Slack refuses one of these the relay goes back, and its sender is told."""


class OwedNotices:
    """The ledger holds a row, in any state, for everybody who must be told of an end."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._store = sources.database.audit
        self._owed: dict[str, Notice] = {}

    async def suspects(self) -> AsyncIterator[str]:
        async for relays in self._store.ended_relays(self._sources.recent):
            async for key in self._unknown(await self._of_relays(relays)):
                yield key
        async for closings in self._store.closings(self._sources.recent):
            async for key in self._unknown(_of_closings(closings)):
                yield key

    async def confirm(self, suspect: str) -> Finding | None:
        notice = self._owed[suspect]
        execution = await self._sources.executions.describe(_teller(notice))
        is_being_told = execution is not None and execution.is_running
        if is_being_told or await self._store.find_notice(notice.key):
            return None
        return _finding(
            FindingKind.NOTICE_UNSENT, notice, f"owed since {notice.planned_at:%F %H:%M}"
        )

    async def _unknown(self, owed: Iterable[Notice]) -> AsyncIterator[str]:
        notices = {notice.key: notice for notice in owed}
        known = await self._store.known_notices(list(notices))
        for key in notices.keys() - known - self._owed.keys():
            self._owed[key] = notices[key]
            yield key

    async def _of_relays(self, relays: list[Relay]) -> list[Notice]:
        over_since = await self._store.over_since([relay.task_id for relay in relays])
        return [
            notice
            for relay in relays
            for notice in relay_end_notices(
                relay,
                relay.ended_at or relay.answer_by,
                with_task=over_since.get(relay.task_id) == relay.ended_at,
            )
        ]


class AbandonedNotices:
    """Every planned message is sent in time, or a workflow is still trying."""

    def __init__(self, sources: Sources, late_after: timedelta) -> None:
        self._sources = sources
        self._store = sources.database.audit
        self._late_after = late_after

    async def suspects(self) -> AsyncIterator[str]:
        before = self._sources.now - self._late_after
        async for row in self._store.unsent_notices(self._sources.recent, before):
            yield row.key

    async def confirm(self, suspect: str) -> Finding | None:
        row = await self._unsent(suspect)
        if row is None or await self._is_being_sent(row.notice):
            return None
        # A workflow that has ended since the first read has settled it.
        if (row := await self._unsent(suspect)) is None:
            return None
        since = row.unknown_since or row.notice.planned_at
        return _finding(
            FindingKind.NOTICE_UNSENT, row.notice, f"{row.state} since {since:%F %H:%M}"
        )

    async def _unsent(self, key: str) -> NoticeRow | None:
        row = await self._store.find_notice(NoticeKey(key))
        return None if row is None or row.is_settled else row

    async def _is_being_sent(self, notice: Notice) -> bool:
        for workflow_id in await self._senders(notice):
            execution = await self._sources.executions.describe(workflow_id)
            if execution is not None and execution.is_running and execution.is_sending:
                return True
        return False

    async def _senders(self, notice: Notice) -> set[str]:
        """The workflows that may send a notice."""
        if notice.task_id is None:
            person = notice.subject or notice.recipient
            return {onboarding_id(notice.team_id, person)} if person else set()
        # A notice need not name the relay whose workflow sends it.
        relays = {relay_workflow_id(each) for each in await self._store.relays_of(notice.task_id)}
        named = {relay_workflow_id(notice.relay_id)} if notice.relay_id else set()
        return {lifecycle_id(notice.task_id)} | named | (relays & self._sources.running.keys())


class FailedNotices:
    """Slack has refused no message for good, except to people who have left."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._store = sources.database.audit

    async def suspects(self) -> AsyncIterator[str]:
        async for row in self._store.failed_notices(self._sources.recent, NOBODY_THERE):
            if row.notice.kind not in _SENDS_THE_RELAY_BACK:
                yield row.key

    async def confirm(self, suspect: str) -> Finding | None:
        row = await self._store.find_notice(NoticeKey(suspect))
        if row is None or row.state is not NoticeState.FAILED:
            return None
        since = row.settled_at or row.notice.planned_at
        return _finding(
            FindingKind.NOTICE_FAILED, row.notice, f"refused {since:%F %H:%M}: {row.reason}"
        )


def _of_closings(closings: Iterable[Closing]) -> list[Notice]:
    return [
        notice
        for task, request, settled in closings
        for notice in closing_notices(task, request, settled, task.closed_at or task.updated_at)
    ]


def _teller(notice: Notice) -> str:
    """The workflow that ends only after it has sent this notice about an end."""
    if notice.relay_id is not None:
        return relay_workflow_id(notice.relay_id)
    assert notice.task_id is not None  # noqa: S101 - both kinds of ends are about a task
    return lifecycle_id(notice.task_id)


def _finding(kind: FindingKind, notice: Notice, detail: str) -> Finding:
    return Finding(
        kind=kind, team_id=notice.team_id, subject=notice.key, detail=detail, notice=notice
    )
