"""Breaks the parts when the plan says so, and repairs them."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from tests.scenarios.people import Workspace
from tests.storms.evidence import Journal
from tests.storms.plan import PARTS, SERVERS, Fault
from tests.storms.stack import StormStack

_SLACK_WAYS = {"never": "slow", "fatal_error": "error", "service_unavailable": "error"}
"""The sandbox's names for them."""
_ENDLESS = 10**6


@dataclass
class FaultDriver:
    """Carries out the faults of a plan."""

    stack: StormStack
    workspace: Workspace
    journal: Journal

    async def carry_out(self, fault: Fault) -> None:
        """Break one thing, and repair it after its time."""
        fields = {"kind": fault.kind, "target": fault.target, "way": fault.way}
        part = self.stack.parts.get(fault.target)
        if part is not None and fault.kind != "keys" and not part.is_running:
            return
        self.journal.note("fault", lasts=fault.lasts, **fields)
        do: Callable[[Fault], Awaitable[None]] = getattr(self, f"_{fault.kind}")
        try:
            await do(fault)
        except (aiohttp.ClientError, TimeoutError, AssertionError) as error:
            # The sandbox is down itself, so it can't be told to do anything wrong.
            self.journal.note("no_fault", why=repr(error)[:200], **fields)

    async def heal(self) -> None:
        """Repair everything that may be broken."""
        for link in self.stack.links.values():
            await link.heal()
        for part in self.stack.parts.values():
            part.send_signal(signal.SIGCONT)
        # Servers first: the others count as started only when these are there.
        for name in SERVERS:
            await self.stack.start_again(name)
        await asyncio.gather(*(self.stack.start_again(name) for name in PARTS))
        await self.workspace.clear_faults()

    async def _kill(self, fault: Fault) -> None:
        await self.stack.parts[fault.target].kill()
        await asyncio.sleep(fault.lasts)
        await self.stack.start_again(fault.target)

    async def _away(self, fault: Fault) -> None:
        """Take a part away. Slack answers with errors, then never, then does not listen."""
        self.journal.note("gone", part=fault.target)
        lasts = fault.lasts
        if fault.target == "slack":
            lasts /= 3
            await self.workspace.fault("*", "error", times=_ENDLESS, error="service_unavailable")
            await self._sockets(fault)
            await asyncio.sleep(lasts)
            await self.workspace.clear_faults()
            await self.workspace.fault("*", "slow", times=_ENDLESS, delay=_ENDLESS)
            await asyncio.sleep(lasts)
        await self.stack.parts[fault.target].kill()
        await asyncio.sleep(lasts)
        self.journal.note("back", part=fault.target)
        await self.stack.start_again(fault.target)

    async def _pause(self, fault: Fault) -> None:
        part = self.stack.parts[fault.target]
        part.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            part.send_signal(signal.SIGCONT)

    async def _link(self, fault: Fault) -> None:
        link = self.stack.links[fault.target]
        await link.fail(fault.way, seconds=fault.lasts / 8)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            await link.heal()

    async def _keys(self, fault: Fault) -> None:
        await self.stack.change_keys(fault.target, fault.way)

    async def _slack(self, fault: Fault) -> None:
        kind = _SLACK_WAYS.get(fault.way, fault.way)
        how = {"error": fault.way} if kind == "error" else {"delay": fault.lasts}
        await self.workspace.fault(fault.target, kind, times=fault.times, **how)

    async def _sockets(self, fault: Fault) -> None:
        await self.workspace.post("sockets/disconnect", {"abort": True})
