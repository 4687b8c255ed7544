"""Open tasks and hand-overs against the workflows that look after them.

A workflow ends only after what it is about is over. So the workflow is asked for first: if it has
ended, and the store, read after that, says open, nobody looks after it.
"""

from collections.abc import AsyncIterator

from relai_audit.check import Witnesses
from relai_audit.executions import BROKEN_OFF, Execution
from relai_audit.findings import Finding, FindingKind
from relai_core.domain.ids import RelayId, TaskId, team_of
from relai_core.domain.relay import Relay
from relai_workflows.ids import lifecycle_id, relay_workflow_id


class OpenTasks:
    """Each has a lifecycle."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._ask = witnesses

    async def suspects(self) -> AsyncIterator[str]:
        old_enough = self._ask.ago(self._ask.limits.young)
        async for task in self._ask.store.open_tasks():
            is_cared_for = lifecycle_id(task.id) in self._ask.running
            if task.created_at < old_enough and not is_cared_for:
                yield task.id

    async def confirm(self, suspect: str) -> Finding | None:
        task_id = TaskId(suspect)
        execution = await self._ask.executions.latest(lifecycle_id(task_id))
        task = await self._ask.tasks.find(task_id)
        if task is None or not task.is_open:
            return None
        since = f"{task.key}, open since {task.created_at:%F %H:%M}"
        if execution is not None and execution.is_running:
            return elsewhere(execution, self._ask.executions.task_queue)
        return Finding(
            kind=FindingKind.TASK_WITHOUT_WORKFLOW,
            team_id=team_of(task_id),
            subject=task_id,
            detail=f"{since}; {last_run(execution)}",
        )


class OpenRelays:
    """Each has a workflow, and ends in time."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._ask = witnesses

    async def suspects(self) -> AsyncIterator[str]:
        async for relay in self._ask.store.open_relays():
            is_cared_for = relay_workflow_id(relay.id) in self._ask.running
            if self._is_in_limbo(relay) or (not is_cared_for and self._is_grown(relay)):
                yield relay.id

    async def confirm(self, suspect: str) -> Finding | None:
        relay_id = RelayId(suspect)
        execution = await self._ask.executions.latest(relay_workflow_id(relay_id))
        relay = await self._ask.tasks.find_relay(relay_id)
        if relay is None or not relay.is_open:
            return None
        if execution is None or not execution.is_running:
            kind = FindingKind.RELAY_WITHOUT_WORKFLOW
            found = _about(relay, kind, last_run(execution))
            return found if self._is_grown(relay) else None
        if (found_elsewhere := elsewhere(execution, self._ask.executions.task_queue)) is not None:
            return found_elsewhere
        # The offer may still be on its way: its window begins when it is there.
        is_asked = not execution.is_sending
        in_limbo = self._is_in_limbo(relay) and is_asked
        return _about(relay, FindingKind.RELAY_IN_LIMBO, "a workflow runs") if in_limbo else None

    def _is_grown(self, relay: Relay) -> bool:
        return relay.opened_at < self._ask.ago(self._ask.limits.young)

    def _is_in_limbo(self, relay: Relay) -> bool:
        return relay.answer_by < self._ask.ago(self._ask.limits.young)


def elsewhere(execution: Execution, task_queue: str) -> Finding | None:
    """A workflow that runs where the workers of this task queue don't see it."""
    if execution.task_queue == task_queue:
        return None
    return Finding(
        kind=FindingKind.WORKFLOW_ELSEWHERE,
        team_id=team_of(TaskId(execution.workflow_id.partition("-")[2])),
        subject=execution.workflow_id,
        detail=f"on the task queue {execution.task_queue}",
    )


def last_run(execution: Execution | None) -> str:
    """How the workflow's last run ended, in words."""
    if execution is None or execution.status is None:
        return "Temporal knows no run of its workflow"
    if execution.status in BROKEN_OFF:
        return f"its workflow's last run was broken off: {execution.status.name.lower()}"
    return "its workflow's last run ended as it should: the store is older than that"


def _about(relay: Relay, kind: FindingKind, said: str) -> Finding:
    return Finding(
        kind=kind,
        team_id=relay.team_id,
        subject=relay.id,
        detail=f"of task {relay.task_id}, to be answered by {relay.answer_by:%F %H:%M}; {said}",
    )
