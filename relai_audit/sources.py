"""The sources that every check reads.

A check reads suspects in bulk, and then each one alone, the workflow before the store: a workflow
ends only after its task or relay is over and everybody is told. So nothing healthy is a finding.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from relai_audit.executions import Execution, Executions
from relai_audit.findings import Finding
from relai_core.store.database import Database

Found = AsyncIterator[Finding | None]

_FORGOTTEN_AFTER = timedelta(days=7)
"""Older messages and workflows are not reported."""


class Sources(NamedTuple):
    """The database, Temporal, and which workflows ran when the audit began at `now`."""

    database: Database
    executions: Executions
    running: Mapping[str, Execution]
    now: datetime

    @property
    def recent(self) -> datetime:
        """The moment from which on messages and ended workflows are looked at."""
        return self.now - _FORGOTTEN_AFTER
