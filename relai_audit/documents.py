"""Documents against what they should be."""

import asyncio
from collections.abc import AsyncIterator

from relai_audit.check import Witnesses
from relai_audit.findings import Finding, FindingKind
from relai_audit.subjects import NOBODY
from relai_core.store.soundness import Unsound


class UnsoundDocuments:
    """Everything in the store can be read, and is found by what is looked for."""

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


def _subject(found: Unsound) -> str:
    return f"{found.collection}/{found.id}"
