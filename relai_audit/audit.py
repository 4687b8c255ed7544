"""Counts everything, and runs every check. Only reads."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from relai_audit.executions import Execution, Executions
from relai_audit.findings import Finding, FindingKind
from relai_audit.notice_checks import LATE_AFTER, abandoned_notices, failed_notices, owed_notices
from relai_audit.report import Report
from relai_audit.sources import Sources
from relai_audit.workflow_checks import missing_workflows, stuck_workflows, wrong_database
from relai_core.store.database import Database

Progress = Callable[[str], None]
"""Is told each step of a long run."""
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
    progress("comparing with the store")
    findings = [*await _settings(sources), *stuck_workflows(sources)]
    for check in (
        missing_workflows(sources),
        owed_notices(sources),
        abandoned_notices(sources, late_after),
        failed_notices(sources),
    ):
        findings += [finding async for finding in check if finding is not None]
    in_order = sorted(findings, key=lambda each: (list(FindingKind).index(each.kind), each.subject))
    return Report(
        at=sources.now, workspaces=counts, workflows=len(running), findings=tuple(in_order)
    )


async def _running(executions: Executions, progress: Progress) -> dict[str, Execution]:
    running: dict[str, Execution] = {}
    async for each in executions.running():
        if len(running) % _TOLD_EVERY == 0:
            progress(f"{len(running):,} workflows read")
        running[each.workflow_id] = each
    return running


async def _settings(sources: Sources) -> list[Finding]:
    """Wrong settings, with which nothing may be repaired."""
    if await sources.executions.has_worker():
        found = await wrong_database(sources)
        return [found] if found else []
    queue, detail = sources.executions.task_queue, "no worker asks for work there"
    return [Finding(kind=FindingKind.NO_WORKER, subject=queue, detail=detail)]
