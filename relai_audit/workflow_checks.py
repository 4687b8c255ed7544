"""Checks that every open task and relay has a workflow, and that it is not stuck."""

from collections.abc import AsyncIterator
from functools import partial

from relai_audit.concurrency import each_of
from relai_audit.executions import Execution
from relai_audit.findings import Finding, FindingKind
from relai_audit.sources import Found, Sources
from relai_workflows.ids import (
    lifecycle_id,
    relay_of,
    relay_workflow_id,
    task_of,
    team_of_workflow,
)

_PAGE = 1000


async def wrong_database(sources: Sources) -> Finding | None:
    """A finding, if most running lifecycles are about tasks that are not stored."""
    task_ids = [task_id for each in sources.running if (task_id := task_of(each))]
    stored = 0
    for start in range(0, len(task_ids), _PAGE):
        page = task_ids[start : start + _PAGE]
        stored += len(await sources.database.audit.known_tasks(page))
    if stored * 2 >= len(task_ids):
        return None
    detail = f"it holds {stored} of the {len(task_ids)} tasks that have a running workflow"
    return Finding(kind=FindingKind.WRONG_DATABASE, subject="MONGODB_DATABASE", detail=detail)


def stuck_workflows(sources: Sources) -> list[Finding]:
    """Workflows of which a step fails again and again."""
    return [
        _finding(FindingKind.WORKFLOW_STUCK, each.workflow_id, each.failing)
        for each in sources.running.values()
        if each.failing
    ]


def missing_workflows(sources: Sources) -> Found:
    """Workflows that should run and don't, or run where our workers don't see them."""
    return each_of(partial(_confirm, sources), _suspects(sources))


async def _suspects(sources: Sources) -> AsyncIterator[str]:
    suspected = set(sources.running)
    async for workflow_id in _needed(sources):
        if workflow_id not in suspected and team_of_workflow(workflow_id):
            suspected.add(workflow_id)
            yield workflow_id


async def _needed(sources: Sources) -> AsyncIterator[str]:
    async for task_id in sources.database.audit.open_tasks():
        yield lifecycle_id(task_id)
    async for relay_id in sources.database.audit.open_relays():
        yield relay_workflow_id(relay_id)
    async for workflow_id in sources.executions.ended(sources.recent):
        yield workflow_id


async def _confirm(sources: Sources, workflow_id: str) -> Finding | None:
    execution = await sources.executions.describe(workflow_id)
    reason = await _reason_to_run(sources, workflow_id, execution)
    if reason is None:
        return None
    if execution is None or not execution.is_running:
        run = execution.status_name if execution else "forgotten by Temporal"
        return _finding(FindingKind.WORKFLOW_MISSING, workflow_id, f"{run}; {reason}")
    if execution.task_queue == sources.executions.task_queue:
        return None
    detail = f"it runs on the task queue {execution.task_queue}"
    return _finding(FindingKind.WORKFLOW_STUCK, workflow_id, detail)


async def _reason_to_run(
    sources: Sources, workflow_id: str, execution: Execution | None
) -> str | None:
    tasks = sources.database.tasks
    if (task_id := task_of(workflow_id)) and (task := await tasks.find(task_id)):
        return f"{task.key} is open since {task.created_at:%F %H:%M}" if task.is_open else None
    if (relay_id := relay_of(workflow_id)) and (relay := await tasks.find_relay(relay_id)):
        return f"the relay is open since {relay.opened_at:%F %H:%M}" if relay.is_open else None
    was_ended = execution is not None and execution.was_ended
    return "it had not created yet what was asked for" if was_ended else None


def _finding(kind: FindingKind, workflow_id: str, detail: str) -> Finding:
    team_id = team_of_workflow(workflow_id)
    return Finding(kind=kind, team_id=team_id, subject=workflow_id, detail=detail)
