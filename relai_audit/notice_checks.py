"""Checks that everybody who should have got a message by now has got it."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from functools import partial

from relai_audit.concurrency import each_of
from relai_audit.findings import Finding, FindingKind
from relai_audit.sources import Found, Sources
from relai_core.domain.ids import TaskId
from relai_core.domain.notice import Notice, NoticeKind, NoticeRow
from relai_core.domain.relay import Relay
from relai_core.domain.telling import closing_notices, relay_end_notices
from relai_core.slack.errors import NOBODY_THERE
from relai_core.store.audit import Closing
from relai_workflows.ids import lifecycle_id, onboarding_id, relay_workflow_id

LATE_AFTER = timedelta(minutes=10)
"""Time for a workflow to send a message that it has planned."""

_SENDS_THE_RELAY_BACK = frozenset({NoticeKind.RELAY_OFFERED, NoticeKind.RELAY_NUDGED})
"""If Slack refuses one of these the relay goes back, and its sender is told."""


def owed_notices(sources: Sources) -> Found:
    """Notices about an end that the ledger does not know, and that no workflow will plan."""
    return each_of(partial(_confirm_owed, sources), _owed(sources))


async def _owed(sources: Sources) -> AsyncIterator[Notice]:
    store = sources.database.audit
    async for relays in store.ended_relays(sources.recent):
        over_since = await store.over_since([relay.task_id for relay in relays])
        async for notice in _unknown(sources, _of_relays(relays, over_since)):
            yield notice
    async for closings in store.closings(sources.recent):
        async for notice in _unknown(sources, _of_closings(closings)):
            yield notice


async def _unknown(sources: Sources, owed: Iterable[Notice]) -> AsyncIterator[Notice]:
    notices = {notice.key: notice for notice in owed}
    known = await sources.database.audit.known_notices(list(notices))
    for key in notices.keys() - known:
        yield notices[key]


async def _confirm_owed(sources: Sources, notice: Notice) -> Finding | None:
    # The workflow that tells an end runs until it has told it.
    teller = relay_workflow_id(notice.relay_id) if notice.relay_id else _lifecycle(notice)
    execution = await sources.executions.describe(teller)
    is_being_told = execution is not None and execution.is_running
    if is_being_told or await sources.database.audit.find_notice(notice.key):
        return None
    return _finding(FindingKind.NOTICE_UNSENT, notice, f"owed since {notice.planned_at:%F %H:%M}")


def abandoned_notices(sources: Sources, late_after: timedelta) -> Found:
    """Planned notices that are late, and that no workflow is sending."""
    late = sources.database.audit.unsent_notices(sources.recent, sources.now - late_after)
    return each_of(partial(_confirm_abandoned, sources), late)


async def _confirm_abandoned(sources: Sources, late: NoticeRow) -> Finding | None:
    for workflow_id in await _senders(sources, late.notice):
        execution = await sources.executions.describe(workflow_id)
        if execution is not None and execution.is_running and execution.is_sending:
            return None
    # A workflow that has ended since then has settled it.
    row = await sources.database.audit.find_notice(late.key)
    if row is None or row.is_settled:
        return None
    since = row.unknown_since or row.notice.planned_at
    return _finding(FindingKind.NOTICE_UNSENT, row.notice, f"{row.state} since {since:%F %H:%M}")


async def _senders(sources: Sources, notice: Notice) -> set[str]:
    """The workflows that may send a notice."""
    if notice.task_id is None:
        person = notice.subject or notice.recipient
        return {onboarding_id(notice.team_id, person)} if person else set()
    # A notice need not name the relay whose workflow sends it.
    relays = await sources.database.audit.relays_of(notice.task_id)
    workflow_ids = {relay_workflow_id(each) for each in relays} & sources.running.keys()
    if notice.relay_id is not None:
        workflow_ids.add(relay_workflow_id(notice.relay_id))
    return workflow_ids | {lifecycle_id(notice.task_id)}


async def failed_notices(sources: Sources) -> Found:
    """Notices that Slack refused for good, except those to people who have left."""
    async for row in sources.database.audit.failed_notices(sources.recent, NOBODY_THERE):
        if row.notice.kind not in _SENDS_THE_RELAY_BACK:
            since = row.settled_at or row.notice.planned_at
            detail = f"refused {since:%F %H:%M}: {row.reason}"
            yield _finding(FindingKind.NOTICE_FAILED, row.notice, detail)


def _of_relays(relays: list[Relay], over_since: dict[TaskId, datetime]) -> Iterable[Notice]:
    for relay in relays:
        with_task = over_since.get(relay.task_id) == relay.ended_at
        at = relay.ended_at or relay.answer_by
        yield from relay_end_notices(relay, at, with_task=with_task)


def _of_closings(closings: list[Closing]) -> Iterable[Notice]:
    for task, request, settled in closings:
        yield from closing_notices(task, request, settled, task.closed_at or task.updated_at)


def _lifecycle(notice: Notice) -> str:
    return lifecycle_id(notice.task_id or TaskId(""))


def _finding(kind: FindingKind, notice: Notice, detail: str) -> Finding:
    return Finding(
        kind=kind, team_id=notice.team_id, subject=notice.key, detail=detail, notice=notice
    )
