"""What every check is: a first look that suspects, and a second one that is sure."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from relai_audit.executions import Execution, Executions
from relai_audit.findings import Finding
from relai_audit.limits import Limits
from relai_core.store.audit import MongoAuditStore
from relai_core.store.tasks import MongoTaskStore

Progress = Callable[[str], None]
"""Is told how far a long work is."""
TELL_EACH = 5_000
"""After so many of the same it is told again."""


class Witnesses(NamedTuple):
    """Whom a check asks.

    `running` are the workflows that ran when the audit began, by their ids. `skew` is how far
    Temporal's clock, by which all moments in the store are written, is ahead of ours, which counts
    for nothing: it may be that of anybody's laptop.
    """

    tasks: MongoTaskStore
    store: MongoAuditStore
    executions: Executions
    running: Mapping[str, Execution]
    limits: Limits
    skew: timedelta

    @property
    def now(self) -> datetime:
        """This moment by Temporal's clock."""
        return datetime.now(UTC) + self.skew

    def ago(self, time: timedelta) -> datetime:
        """The moment that is so long past."""
        return self.now - time


class Check(Protocol):
    """The system runs meanwhile: a first look may catch it between two steps of its own."""

    def suspects(self) -> AsyncIterator[str]:
        """Ids of what seems wrong."""
        ...

    async def confirm(self, suspect: str) -> Finding | None:
        """Look again, some seconds later, in an order in which nothing healthy seems wrong."""
        ...
