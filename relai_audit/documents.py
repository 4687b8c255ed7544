"""Documents against what they should be."""

import asyncio
from collections.abc import AsyncIterator

from relai_audit.check import Witnesses
from relai_audit.findings import Finding, FindingKind
from relai_audit.subjects import NOBODY
from relai_core.domain.ids import TaskId, team_of
from relai_core.store.soundness import Unsound


class UnsoundDocuments:
    """Everything in the store can be read."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._store = witnesses.store
        self._again: asyncio.Future[frozenset[str]] | None = None

    async def suspects(self) -> AsyncIterator[str]:
        async for found in self._store.unsound():
            yield _subject(found)

    async def confirm(self, suspect: str) -> Finding | None:
        if suspect not in await self._seen_again():
            return None
        return Finding(
            kind=FindingKind.DOCUMENT_UNSOUND,
            team_id=NOBODY,
            subject=suspect,
            detail="a field is missing, or is not what it should be",
        )

    def _seen_again(self) -> asyncio.Future[frozenset[str]]:
        """One second look for all suspects: whole collections are read for it."""
        if self._again is None:
            self._again = asyncio.ensure_future(self._look_again())
        return self._again

    async def _look_again(self) -> frozenset[str]:
        return frozenset([_subject(found) async for found in self._store.unsound()])


class MisfiledTasks:
    """Every task is in the lists in which it belongs."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._store = witnesses.store

    async def suspects(self) -> AsyncIterator[str]:
        for task_id in await self._store.misfiled():
            yield task_id

    async def confirm(self, suspect: str) -> Finding | None:
        if not await self._store.misfiled([TaskId(suspect)]):
            return None
        return Finding(
            kind=FindingKind.TASK_MISFILED,
            team_id=team_of(TaskId(suspect)),
            subject=suspect,
            detail="it is listed as what it is not",
        )


def _subject(found: Unsound) -> str:
    return f"{found.collection}/{found.id}"
