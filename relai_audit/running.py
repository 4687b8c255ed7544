"""Workflows against what they are about, and whether they get on."""

from collections.abc import AsyncIterator, Sequence

from relai_audit.check import Witnesses
from relai_audit.executions import BROKEN_OFF, Execution
from relai_audit.findings import Finding, FindingKind
from relai_audit.owned import last_run
from relai_audit.subjects import is_onboarding, relays_among, tasks_among, team_of_workflow
from relai_core.store.audit import Standing
from relai_workflows.ids import lifecycle_id, relay_workflow_id

_PAGE = 1000


class Subjects:
    """Where that stands which a workflow is about."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._store = witnesses.store

    async def of(self, workflow_ids: Sequence[str]) -> dict[str, Standing | None]:
        """The task or hand-over of each; None if the store holds none."""
        task_ids, relay_ids = tasks_among(workflow_ids), relays_among(workflow_ids)
        tasks = await self._store.find_tasks(task_ids)
        relays = await self._store.find_relays(relay_ids)
        of_tasks = {lifecycle_id(each): tasks.get(each) for each in task_ids}
        return of_tasks | {relay_workflow_id(each): relays.get(each) for each in relay_ids}


class Leftovers:
    """Whatever a lifecycle or a hand-over's workflow is about is there, and not long over."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._ask = witnesses
        self._subjects = Subjects(witnesses)

    async def suspects(self) -> AsyncIterator[str]:
        workflow_ids = list(self._ask.running)
        for start in range(0, len(workflow_ids), _PAGE):
            page = workflow_ids[start : start + _PAGE]
            for workflow_id, standing in (await self._subjects.of(page)).items():
                if standing is None or self._is_long_over(standing):
                    yield workflow_id

    async def confirm(self, suspect: str) -> Finding | None:
        standing = (await self._subjects.of([suspect]))[suspect]
        if standing is not None and not self._is_long_over(standing):
            return None
        execution = await self._ask.executions.find(suspect)
        if execution is None or self._gets_on(execution):
            return None
        if standing is None and execution.is_sending:
            return None  # a hand-over that was refused leaves no document, and its sender is told
        return _about(execution, standing, execution.trouble(self._ask.now))

    def _is_long_over(self, standing: Standing) -> bool:
        over_since = standing.over_since
        return over_since is not None and over_since < self._ask.ago(self._ask.limits.over)

    def _gets_on(self, execution: Execution) -> bool:
        """Whether it is new, or did something between the two looks."""
        before = self._ask.running[execution.workflow_id]
        has_moved = (before.run_id, before.events) != (execution.run_id, execution.events)
        return has_moved or execution.since > self._ask.ago(self._ask.limits.young)


class StuckWorkflows:
    """Every step of a workflow succeeds after some tries."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._ask = witnesses

    async def suspects(self) -> AsyncIterator[str]:
        for workflow_id, execution in self._ask.running.items():
            if execution.trouble(self._ask.now) is not None:
                yield workflow_id

    async def confirm(self, suspect: str) -> Finding | None:
        execution = await self._ask.executions.find(suspect)
        trouble = execution.trouble(self._ask.now) if execution else None
        if execution is None or trouble is None:
            return None
        return _finding(FindingKind.WORKFLOW_STUCK, execution, trouble)


class BrokenOff:
    """No workflow was ended from outside before it had carried out what was asked of it.

    Of an open task or hand-over that is said elsewhere, and so is who was not told of an end.
    """

    def __init__(self, witnesses: Witnesses) -> None:
        self._ask = witnesses
        self._subjects = Subjects(witnesses)

    async def suspects(self) -> AsyncIterator[str]:
        after = self._ask.ago(self._ask.limits.forgotten)
        seen = set(self._ask.running)
        async for workflow_id in self._ask.executions.broken_off(after):
            if workflow_id not in seen and team_of_workflow(workflow_id):
                seen.add(workflow_id)
                yield workflow_id

    async def confirm(self, suspect: str) -> Finding | None:
        execution = await self._ask.executions.latest(suspect)
        if execution is None or execution.status not in BROKEN_OFF:
            return None
        if not is_onboarding(suspect) and (await self._subjects.of([suspect]))[suspect] is not None:
            return None
        return _finding(FindingKind.REQUEST_BROKEN_OFF, execution, last_run(execution))


def _about(execution: Execution, standing: Standing | None, trouble: str | None) -> Finding:
    kind, said = FindingKind.WORKFLOW_WITHOUT_SUBJECT, f"runs since {execution.since:%F %H:%M}"
    if standing is not None and standing.over_since is not None:
        kind = FindingKind.WORKFLOW_OUTLIVES_SUBJECT
        said = f"what it is about is over since {standing.over_since:%F %H:%M}"
    detail = f"{said}; {trouble}" if trouble else said
    return _finding(kind, execution, detail)


def _finding(kind: FindingKind, execution: Execution, detail: str) -> Finding:
    workflow_id = execution.workflow_id
    return Finding(
        kind=kind, team_id=team_of_workflow(workflow_id), subject=workflow_id, detail=detail
    )
