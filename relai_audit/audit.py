"""Counts everything, and runs every check. Only reads."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from relai_audit.concurrency import each_of
from relai_audit.executions import Execution, Executions
from relai_audit.findings import Finding, FindingKind
from relai_audit.notice_checks import LATE_AFTER, AbandonedNotices, FailedNotices, OwedNotices
from relai_audit.report import Report
from relai_audit.sources import Check, Progress, Sources
from relai_audit.workflow_checks import MissingWorkflows, stuck_workflows, wrong_database
from relai_core.store.database import Database

_TOLD_EVERY = 5_000
"""Workflows between two lines of progress."""


async def audit(
    database: Database,
    executions: Executions,
    progress: Progress,
    late_after: timedelta = LATE_AFTER,
) -> Report:
    """Look at everything once.

    Raises:
        UnavailableError: MongoDB went away.
        RPCError: Temporal went away.
    """
    progress("counting")
    counts = await database.audit.count()
    # Before the store: a workflow ends only after its task or relay is over.
    running = await _running(executions, progress)
    sources = Sources(database, executions, running, datetime.now(UTC))
    settings = await _settings(sources)
    stuck = stuck_workflows(running.values())
    checks: Sequence[Check] = (
        MissingWorkflows(sources),
        OwedNotices(sources),
        AbandonedNotices(sources, late_after),
        FailedNotices(sources),
    )
    found = [finding for check in checks for finding in await _found(check, progress)]
    findings = [*settings, *sorted([*stuck, *found], key=_order)]
    return Report(
        at=sources.now, workspaces=counts, workflows=len(running), findings=tuple(findings)
    )


async def _running(executions: Executions, progress: Progress) -> dict[str, Execution]:
    running: dict[str, Execution] = {}
    async for each in executions.running():
        if len(running) % _TOLD_EVERY == 0:
            progress(f"{len(running):,} workflows read")
        running[each.workflow_id] = each
    return running


async def _settings(sources: Sources) -> list[Finding]:
    """Settings that would make every other finding wrong."""
    if await sources.executions.has_worker():
        return await wrong_database(sources)
    queue = sources.executions.task_queue
    detail = "no worker asks for work there"
    return [Finding(kind=FindingKind.NO_WORKER, subject=queue, detail=detail)]


async def _found(check: Check, progress: Progress) -> list[Finding]:
    progress(f"checking: {type(check).__name__}")
    confirmed = each_of(check.confirm, check.suspects())
    return [finding async for finding in confirmed if finding is not None]


def _order(finding: Finding) -> tuple[int, str]:
    return list(FindingKind).index(finding.kind), finding.subject
