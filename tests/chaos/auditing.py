"""Audits in the middle of a storm and after it, in this process: nothing is excused by its age."""

import asyncio
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from relai_audit.audit import audit
from relai_audit.executions import Executions
from relai_core.errors import UnavailableError
from relai_core.store.database import connect
from tests.chaos.journal import Journal
from tests.chaos.stack import DATABASE, TASK_QUEUE, ChaosStack

EVERY = 12.0
"""Seconds between two audits in a storm."""
_STORE_TIMEOUT = timedelta(seconds=10)


class Audits:
    """Notes in the journal what each audit finds."""

    def __init__(self, stack: ChaosStack, journal: Journal) -> None:
        self._stack = stack
        self._journal = journal

    async def keep_looking(self) -> None:
        """Look again and again, until cancelled; a part that is away is noted as such."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look(at_rest=False)
            except (UnavailableError, RPCError, RuntimeError) as error:
                self._journal.note("audit_unable", why=str(error)[:200])

    async def look(self, *, at_rest: bool) -> None:
        """Look once.

        Raises:
            UnavailableError: MongoDB is away.
            RPCError: Temporal went away.
            RuntimeError: Temporal is away.
        """
        store = await connect(self._stack.mongod.uri, DATABASE, timeout=_STORE_TIMEOUT)
        try:
            client = await Client.connect(self._stack.temporal.address)
            executions = Executions(client, TASK_QUEUE)
            report = await audit(store, executions, lambda _: None, late_after=timedelta(0))
        finally:
            store.close()
        findings = [finding.model_dump(mode="json") for finding in report.findings]
        self._journal.note("audit", at_rest=at_rest, findings=findings)
