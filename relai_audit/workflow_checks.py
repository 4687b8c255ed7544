"""Checks that every open task and relay has a workflow, and that it is not stuck."""

from collections.abc import AsyncIterator, Iterable
from itertools import islice

from relai_audit.executions import Execution
from relai_audit.findings import Finding, FindingKind
from relai_audit.sources import Sources
from relai_core.domain.ids import TaskId, TeamId
from relai_workflows.ids import (
    lifecycle_id,
    relay_of,
    relay_workflow_id,
    task_of,
    team_of_workflow,
)

_PAGE = 1000


class MissingWorkflows:
    """Every open task and relay, and every request that was saved, has a running workflow."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._store = sources.database.audit

    async def suspects(self) -> AsyncIterator[str]:
        suspected = set(self._sources.running)
        async for workflow_id in self._needed():
            if workflow_id not in suspected and team_of_workflow(workflow_id):
                suspected.add(workflow_id)
                yield workflow_id

    async def confirm(self, suspect: str) -> Finding | None:
        execution = await self._sources.executions.describe(suspect)
        open_since = await self._open_since(suspect, execution)
        if open_since is None:
            return None
        if execution is None:
            return _finding(FindingKind.WORKFLOW_MISSING, suspect, f"{open_since}; forgotten")
        if not execution.is_running:
            detail = f"{open_since}; {execution.status_name}"
            return _finding(FindingKind.WORKFLOW_MISSING, suspect, detail)
        if execution.task_queue == self._sources.executions.task_queue:
            return None
        detail = f"it runs on the task queue {execution.task_queue}"
        return _finding(FindingKind.WORKFLOW_STUCK, suspect, detail)

    async def _needed(self) -> AsyncIterator[str]:
        async for task_id in self._store.open_tasks():
            yield lifecycle_id(task_id)
        async for relay_id in self._store.open_relays():
            yield relay_workflow_id(relay_id)
        async for workflow_id in self._sources.executions.ended(self._sources.recent):
            yield workflow_id

    async def _open_since(self, workflow_id: str, execution: Execution | None) -> str | None:
        """Why the workflow has to run, if it has to."""
        tasks = self._sources.database.tasks
        if (task_id := task_of(workflow_id)) and (task := await tasks.find(task_id)):
            return f"{task.key} is open since {task.created_at:%F %H:%M}" if task.is_open else None
        if (relay_id := relay_of(workflow_id)) and (relay := await tasks.find_relay(relay_id)):
            since = f"the relay of {relay.task_id} is open since {relay.opened_at:%F %H:%M}"
            return since if relay.is_open else None
        was_ended = execution is not None and execution.was_ended
        return "ended before it had created what was asked for" if was_ended else None


def stuck_workflows(running: Iterable[Execution]) -> list[Finding]:
    """Workflows of which a step fails again and again."""
    return [
        _finding(FindingKind.WORKFLOW_STUCK, each.workflow_id, each.failing)
        for each in running
        if each.failing
    ]


async def wrong_database(sources: Sources) -> list[Finding]:
    """One finding, if most running lifecycles are about tasks that are not stored."""
    task_ids = [task_id for each in sources.running if (task_id := task_of(each))]
    stored = 0
    for page in _pages(task_ids):
        stored += len(await sources.database.audit.known_tasks(page))
    unknown = len(task_ids) - stored
    if unknown * 2 <= len(task_ids):
        return []
    detail = f"{unknown} of {len(task_ids)} running workflows are about tasks it does not hold"
    return [Finding(kind=FindingKind.WRONG_DATABASE, subject="MONGODB_DATABASE", detail=detail)]


def _pages(task_ids: list[TaskId]) -> Iterable[list[TaskId]]:
    remaining = iter(task_ids)
    return iter(lambda: list(islice(remaining, _PAGE)), [])


def _finding(kind: FindingKind, workflow_id: str, detail: str) -> Finding:
    team_id = team_of_workflow(workflow_id) or TeamId("")
    return Finding(kind=kind, team_id=team_id, subject=workflow_id, detail=detail)
