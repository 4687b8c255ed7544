"""Tasks against their trails."""

from collections.abc import AsyncIterator

from relai_audit.check import Witnesses
from relai_audit.findings import Finding, FindingKind
from relai_core.domain.ids import TaskId, team_of
from relai_core.domain.trail import flaws


class BrokenTrails:
    """Every change of a task is one event, and the events name one owner at every instant."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._store = witnesses.store

    async def suspects(self) -> AsyncIterator[str]:
        async for trail in self._store.trails():
            if flaws(trail):
                yield trail.task_id

    async def confirm(self, suspect: str) -> Finding | None:
        task_id = TaskId(suspect)
        trail = await self._store.find_trail(task_id)
        found = flaws(trail) if trail else ()
        if not found:
            return None
        return Finding(
            kind=FindingKind.TRAIL_BROKEN,
            team_id=team_of(task_id),
            subject=task_id,
            detail="; ".join(found),
        )


class LostTasks:
    """Whatever has a trail is there."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._store = witnesses.store

    async def suspects(self) -> AsyncIterator[str]:
        async for task_id in self._store.lost_tasks():
            yield task_id

    async def confirm(self, suspect: str) -> Finding | None:
        task_id = TaskId(suspect)
        if await self._store.find_tasks([task_id]):
            return None
        return Finding(
            kind=FindingKind.TASK_LOST,
            team_id=team_of(task_id),
            subject=task_id,
            detail="it was created, and is neither in tasks nor in tasks_archive",
        )
