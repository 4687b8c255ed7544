"""Workflows that run against what they are about, and whether they get on."""

from collections.abc import AsyncIterator, Sequence

from relai_audit.check import Witnesses, ago
from relai_audit.executions import Execution
from relai_audit.findings import Finding, FindingKind
from relai_audit.subjects import relays_among, tasks_among, team_of_workflow
from relai_core.store.audit import Standing
from relai_workflows.ids import lifecycle_id, relay_workflow_id

_PAGE = 1000


class Leftovers:
    """Whatever a lifecycle or a hand-over's workflow is about is there, and not long over."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._store = witnesses.store
        self._executions = witnesses.executions
        self._running = witnesses.running
        self._limits = witnesses.limits

    async def suspects(self) -> AsyncIterator[str]:
        workflow_ids = list(self._running)
        for start in range(0, len(workflow_ids), _PAGE):
            page = workflow_ids[start : start + _PAGE]
            standings = await self._standings(page)
            for workflow_id, standing in standings.items():
                if standing is None or self._is_long_over(standing):
                    yield workflow_id

    async def confirm(self, suspect: str) -> Finding | None:
        standing = (await self._standings([suspect]))[suspect]
        if standing is not None and not self._is_long_over(standing):
            return None
        execution = await self._executions.find(suspect)
        if execution is None or execution.since > ago(self._limits.young):
            return None
        return _about(execution, standing)

    async def _standings(self, workflow_ids: Sequence[str]) -> dict[str, Standing | None]:
        """Where the task or hand-over of each workflow stands, None if the store holds none."""
        task_ids, relay_ids = tasks_among(workflow_ids), relays_among(workflow_ids)
        tasks = await self._store.find_tasks(task_ids)
        relays = await self._store.find_relays(relay_ids)
        of_tasks = {lifecycle_id(each): tasks.get(each) for each in task_ids}
        return of_tasks | {relay_workflow_id(each): relays.get(each) for each in relay_ids}

    def _is_long_over(self, standing: Standing) -> bool:
        return standing.over_since is not None and standing.over_since < ago(self._limits.over)


def _about(execution: Execution, standing: Standing | None) -> Finding:
    kind, said = FindingKind.WORKFLOW_WITHOUT_SUBJECT, f"runs since {execution.since:%F %H:%M}"
    if standing is not None and standing.over_since is not None:
        kind = FindingKind.WORKFLOW_OUTLIVES_SUBJECT
        said = f"what it is about is over since {standing.over_since:%F %H:%M}"
    return Finding(
        kind=kind,
        team_id=team_of_workflow(execution.workflow_id),
        subject=execution.workflow_id,
        detail=f"{said}; {execution.trouble}" if execution.trouble else said,
    )


class StuckWorkflows:
    """Every step of a workflow succeeds after some tries."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._executions = witnesses.executions
        self._running = witnesses.running

    async def suspects(self) -> AsyncIterator[str]:
        for workflow_id, trouble in self._running.items():
            if trouble is not None:
                yield workflow_id

    async def confirm(self, suspect: str) -> Finding | None:
        execution = await self._executions.find(suspect)
        if execution is None or execution.trouble is None:
            return None
        return Finding(
            kind=FindingKind.WORKFLOW_STUCK,
            team_id=team_of_workflow(suspect),
            subject=suspect,
            detail=execution.trouble,
        )
