"""Counts everything, and looks twice at what doesn't fit together."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from relai_audit.check import TELL_EACH, Check, Progress, Witnesses
from relai_audit.documents import MisfiledTasks, UnsoundDocuments
from relai_audit.executions import Execution, Executions
from relai_audit.findings import Finding, FindingKind
from relai_audit.limits import Limits
from relai_audit.notices import FailedNotices, UnsettledNotices, Untold
from relai_audit.owned import OpenRelays, OpenTasks
from relai_audit.report import Report
from relai_audit.running import BrokenOff, Leftovers, StuckWorkflows
from relai_audit.side_by_side import one_by_one, side_by_side
from relai_audit.subjects import NOBODY
from relai_audit.trails import BrokenTrails, LostTasks
from relai_core.domain.census import Census
from relai_core.domain.ids import TeamId
from relai_core.store.database import Database

_CHECKS: Mapping[str, Callable[[Witnesses], Check]] = {
    "documents": UnsoundDocuments,
    "how tasks are listed": MisfiledTasks,
    "open tasks": OpenTasks,
    "open hand-overs": OpenRelays,
    "what workflows are about": Leftovers,
    "workflows that don't get on": StuckWorkflows,
    "workflows that were broken off": BrokenOff,
    "trails": BrokenTrails,
    "lost tasks": LostTasks,
    "who was told": Untold,
    "unsettled notices": UnsettledNotices,
    "refused notices": FailedNotices,
}


async def audit(
    database: Database, executions: Executions, limits: Limits, progress: Progress
) -> Report:
    """Look at everything, and say what was there twice. Only reads.

    `progress` is told each step as it begins.

    Raises:
        UnavailableError: MongoDB went away.
        RPCError: Temporal did.
    """
    at = datetime.now(UTC)
    skew = await database.audit.server_time() - at
    progress("looking for a worker")
    has_worker = await executions.has_worker(at + skew, limits)
    if has_worker:
        skew = await _skew(executions, skew)
    progress("counting")
    census = await database.audit.count(datetime.now(UTC) + skew - limits.young)
    # Before the store is read: what ends meanwhile was over there before its workflow ended.
    running = await _running(executions, progress)
    witnesses = Witnesses(database.tasks, database.audit, executions, running, limits, skew)
    confirmed = await _confirmed(witnesses, progress)
    workers = [] if has_worker else [_no_worker(executions.task_queue)]
    findings = [*workers, *_sums(census), *confirmed]
    return Report(at=at, workspaces=census, workflows=len(running), findings=tuple(findings))


async def _running(executions: Executions, progress: Progress) -> dict[str, Execution]:
    progress("looking at workflows")
    running: dict[str, Execution] = {}
    async for each in executions.running():
        running[each.workflow_id] = each
        if len(running) % TELL_EACH == 0:
            progress(f"{len(running):,} workflows looked at")
    return running


async def _skew(executions: Executions, of_mongod: timedelta) -> timedelta:
    """How far Temporal's clock is ahead of ours, as near as that is known."""
    ours = datetime.now(UTC)
    return await executions.now(ours + of_mongod) - ours


def _no_worker(queue: str) -> Finding:
    said = "nobody has asked for work there in the last minute"
    return Finding(kind=FindingKind.NO_WORKER, team_id=NOBODY, subject=queue, detail=said)


async def _confirmed(witnesses: Witnesses, progress: Progress) -> list[Finding]:
    suspects: list[tuple[Check, Sequence[str]]] = []
    for name, make in _CHECKS.items():
        progress(f"looking at {name}")
        check = make(witnesses)
        suspects.append((check, [each async for each in check.suspects()]))
    if doubtful := sum(len(ids) for _, ids in suspects):
        progress(f"looking again at {doubtful}")
        await asyncio.sleep(witnesses.limits.pause.total_seconds())
    findings: list[Finding] = []
    for check, ids in suspects:
        looked_at = side_by_side(check.confirm, one_by_one(ids))
        found = [finding async for finding in looked_at if finding is not None]
        findings.extend(sorted(found, key=lambda finding: (finding.kind, finding.subject)))
    return findings


def _sums(census: Mapping[TeamId, Census]) -> list[Finding]:
    """Counts are of one instant, so a difference needs no second look."""
    findings = []
    for team, counts in census.items():
        differs = partial(Finding, kind=FindingKind.SUMS_DIFFER, team_id=team)
        if not counts.has_every_task:
            stored = sum(counts.tasks.values())
            said = f"the trail says {counts.created} were created, the store holds {stored}"
            findings.append(differs(subject="tasks", detail=said))
        if not counts.has_every_relay:
            stored = sum(counts.ended.values()) + counts.still_open
            said = f"the trail says {counts.opened} were opened, the store holds {stored}"
            findings.append(differs(subject="hand-overs", detail=said))
    return findings
