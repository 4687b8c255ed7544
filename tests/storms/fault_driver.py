"""Breaks the parts when the plan says so, and repairs them."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import aiohttp

from tests.scenarios.people import Workspace
from tests.storms.evidence import Journal
from tests.storms.plan import PARTS, Fault
from tests.storms.stack import StormStack

_SLACK_WAYS = {"never": "slow", "fatal_error": "error", "service_unavailable": "error"}
"""The sandbox's names for them."""
_ENDLESS = 10**6


class FaultDriver:
    """Carries out the faults of a plan."""

    def __init__(self, stack: StormStack, workspace: Workspace, journal: Journal) -> None:
        self._stack = stack
        self._workspace = workspace
        self._journal = journal

    async def carry_out(self, fault: Fault) -> None:
        """Break one thing, and repair it after its time."""
        fields = {"kind": fault.kind, "target": fault.target, "way": fault.way}
        if fault.target in PARTS and not self._stack.parts[fault.target].is_running:
            return
        self._journal.note("fault", lasts=fault.lasts, **fields)
        do: Callable[[Fault], Awaitable[None]] = getattr(self, f"_{fault.kind}")
        try:
            await do(fault)
            self._journal.note("repaired", **fields)
        except (aiohttp.ClientError, TimeoutError, AssertionError) as error:
            # The sandbox is down itself, so it can't be told to do anything wrong.
            self._journal.note("no_fault", why=repr(error)[:200], **fields)

    async def heal(self) -> None:
        """Repair everything that may be broken."""
        for link in self._stack.links.values():
            await link.heal()
        for part in self._stack.parts.values():
            part.send_signal(signal.SIGCONT)
        # In this order: the others count as started only when these are there.
        for name in ("mongod", "temporal", "slack"):
            await self._stack.start_again(name)
        await asyncio.gather(*(self._stack.start_again(name) for name in PARTS))
        await self._workspace.clear_faults()
        self._journal.note("healed")

    async def _kill(self, fault: Fault) -> None:
        await self._stack.parts[fault.target].kill()
        await asyncio.sleep(fault.lasts)
        await self._stack.start_again(fault.target)

    async def _away(self, fault: Fault) -> None:
        """Take a part away. Slack answers with errors, then never, then does not listen."""
        self._journal.note("gone", part=fault.target)
        third = fault.lasts / 3
        if fault.target == "slack":
            await self._workspace.fault("*", "error", times=_ENDLESS, error="service_unavailable")
            await self._workspace.post("sockets/disconnect", {"abort": True})
            await asyncio.sleep(third)
            await self._workspace.clear_faults()
            await self._workspace.fault("*", "slow", times=_ENDLESS, delay=_ENDLESS)
            await asyncio.sleep(third)
        await self._stack.parts[fault.target].kill()
        await asyncio.sleep(third if fault.target == "slack" else fault.lasts)
        self._journal.note("back", part=fault.target)
        await self._stack.start_again(fault.target)

    async def _pause(self, fault: Fault) -> None:
        part = self._stack.parts[fault.target]
        part.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            part.send_signal(signal.SIGCONT)

    async def _link(self, fault: Fault) -> None:
        link = self._stack.links[fault.target]
        await link.fail(fault.way, seconds=fault.lasts / 8)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            await link.heal()

    async def _keys(self, fault: Fault) -> None:
        await self._stack.change_keys(fault.target, fault.way)

    async def _slack(self, fault: Fault) -> None:
        kind = _SLACK_WAYS.get(fault.way, fault.way)
        if kind == "error":
            await self._workspace.fault(fault.target, kind, times=fault.times, error=fault.way)
        else:
            await self._workspace.fault(fault.target, kind, times=fault.times, delay=fault.lasts)

    async def _delivery(self, fault: Fault) -> None:
        await self._workspace.fault("delivery", fault.way, times=fault.times, delay=fault.lasts)

    async def _sockets(self, fault: Fault) -> None:
        await self._workspace.post("sockets/disconnect", {"abort": True})
