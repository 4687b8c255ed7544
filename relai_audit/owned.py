"""Open tasks and hand-overs against the workflows that look after them.

A workflow ends only after what it is about is over. So the workflow is asked for first: if it has
ended, and the store, read after that, says open, nobody looks after it.
"""

from collections.abc import AsyncIterator

from relai_audit.check import Witnesses, ago
from relai_audit.findings import Finding, FindingKind
from relai_core.domain.ids import RelayId, TaskId, team_of
from relai_core.domain.relay import Relay
from relai_workflows.ids import lifecycle_id, relay_workflow_id


class OpenTasks:
    """Each has a lifecycle."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._tasks = witnesses.tasks
        self._store = witnesses.store
        self._executions = witnesses.executions
        self._running = witnesses.running
        self._limits = witnesses.limits

    async def suspects(self) -> AsyncIterator[str]:
        old_enough = ago(self._limits.young)
        async for task in self._store.open_tasks():
            if task.began_at < old_enough and lifecycle_id(TaskId(task.id)) not in self._running:
                yield task.id

    async def confirm(self, suspect: str) -> Finding | None:
        task_id = TaskId(suspect)
        if await self._executions.find(lifecycle_id(task_id)) is not None:
            return None
        task = await self._tasks.find(task_id)
        if task is None or not task.is_open:
            return None
        return Finding(
            kind=FindingKind.TASK_WITHOUT_WORKFLOW,
            team_id=team_of(task_id),
            subject=task_id,
            detail=f"{task.key}, open since {task.created_at:%F %H:%M}",
        )


class OpenRelays:
    """Each has a workflow, and ends in time."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._tasks = witnesses.tasks
        self._store = witnesses.store
        self._executions = witnesses.executions
        self._running = witnesses.running
        self._limits = witnesses.limits

    async def suspects(self) -> AsyncIterator[str]:
        async for relay in self._store.open_relays():
            is_cared_for = relay_workflow_id(relay.id) in self._running
            if self._is_in_limbo(relay) or (not is_cared_for and self._is_grown(relay)):
                yield relay.id

    async def confirm(self, suspect: str) -> Finding | None:
        relay_id = RelayId(suspect)
        execution = await self._executions.find(relay_workflow_id(relay_id))
        relay = await self._tasks.find_relay(relay_id)
        if relay is None or not relay.is_open:
            return None
        if execution is None and self._is_grown(relay):
            return _about(relay, FindingKind.RELAY_WITHOUT_WORKFLOW)
        return _about(relay, FindingKind.RELAY_IN_LIMBO) if self._is_in_limbo(relay) else None

    def _is_grown(self, relay: Relay) -> bool:
        return relay.opened_at < ago(self._limits.young)

    def _is_in_limbo(self, relay: Relay) -> bool:
        return relay.answer_by < ago(self._limits.young)


def _about(relay: Relay, kind: FindingKind) -> Finding:
    return Finding(
        kind=kind,
        team_id=relay.team_id,
        subject=relay.id,
        detail=f"of task {relay.task_id}, to be answered by {relay.answer_by:%F %H:%M}",
    )
