"""Documents against what they should be."""

from collections.abc import AsyncIterator

from relai_audit.check import Witnesses
from relai_audit.findings import Finding, FindingKind
from relai_audit.subjects import NOBODY
from relai_core.store.soundness import Unsound


class UnsoundDocuments:
    """Everything in the store can be read, and is found by what is looked for."""

    def __init__(self, witnesses: Witnesses) -> None:
        self._store = witnesses.store
        self._again: set[Unsound] | None = None

    async def suspects(self) -> AsyncIterator[str]:
        async for found in self._store.unsound():
            yield _subject(found)

    async def confirm(self, suspect: str) -> Finding | None:
        if self._again is None:
            self._again = {found async for found in self._store.unsound()}
        if suspect not in {_subject(found) for found in self._again}:
            return None
        return Finding(
            kind=FindingKind.DOCUMENT_UNSOUND,
            team_id=NOBODY,
            subject=suspect,
            detail="a field is missing, or is not what it should be",
        )


def _subject(found: Unsound) -> str:
    return f"{found.collection}/{found.id}"
