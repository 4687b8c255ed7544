"""What every check reads, and the shape of a check."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from relai_audit.executions import Execution, Executions
from relai_audit.findings import Finding
from relai_core.store.database import Database

Progress = Callable[[str], None]
"""Is told each step of a long run."""
FORGOTTEN_AFTER = timedelta(days=7)
"""Older messages and ended workflows are not looked at: nobody waits for them any more."""


class Sources(NamedTuple):
    """The database, Temporal, and which workflows ran when the audit began at `now`."""

    database: Database
    executions: Executions
    running: Mapping[str, Execution]
    now: datetime

    @property
    def recent(self) -> datetime:
        """The moment from which on messages and ended workflows are looked at."""
        return self.now - FORGOTTEN_AFTER


class Check(Protocol):
    """Suspects are found in large reads, and each is then looked at alone.

    The system runs on between the two reads of a suspect. So the workflow is always read first: it
    ends only after its task or relay is over and everybody is told.
    """

    def suspects(self) -> AsyncIterator[str]:
        """Ids of what may be wrong."""
        ...

    async def confirm(self, suspect: str) -> Finding | None:
        """The finding, if it is wrong."""
        ...
