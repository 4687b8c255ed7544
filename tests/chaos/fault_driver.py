"""Breaks things when the plan says so, and mends them again."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp

from tests.chaos.fault_plan import Fault
from tests.chaos.journal import Journal
from tests.chaos.parts import BOTS, PARTS, WORKERS
from tests.chaos.stack import ChaosStack
from tests.scenarios.people import Workspace

_SLACK_WAYS = {"never": "slow", "fatal_error": "error", "service_unavailable": "error"}
"""What the sandbox calls them."""


class FaultDriver:
    """Carries out the faults of a plan, each in its own time."""

    def __init__(self, stack: ChaosStack, workspace: Workspace, journal: Journal) -> None:
        self._stack = stack
        self._workspace = workspace
        self._journal = journal
        self._ways: dict[str, Callable[[Fault], Awaitable[None]]] = {
            "kill": self._kill,
            "pause": self._pause,
            "link": self._break_link,
            "slack": self._fail_slack,
            "delivery": self._fail_delivery,
            "sockets": self._drop_sockets,
        }

    async def carry_out(self, fault: Fault) -> None:
        """Break one thing, and return once it is mended, where that is not Slack's."""
        if fault.target in PARTS and not self._stack.parts[fault.target].is_running:
            self._note("fault_skipped", fault)
            return
        self._note("fault", fault, times=fault.times)
        try:
            await self._ways[fault.kind](fault)
        except (aiohttp.ClientError, TimeoutError, AssertionError) as error:
            # The sandbox itself is down or refuses, so it can't be told what to do wrong.
            self._note("fault_skipped", fault, why=repr(error))

    async def change_keys(self, order: Sequence[int]) -> None:
        """Restart each bot and worker with these keys, one after the other, as an operator."""
        for name in (*BOTS, *WORKERS):
            fault = Fault(0, 0, "keys", name, "restart", 0)
            self._note("fault", fault, times=1)
            await self._stack.restart_with_keys(name, order)
            self._note("started_again", fault)

    async def heal(self) -> None:
        """Mend everything that may be broken, whoever broke it."""
        for link in self._stack.links.values():
            await link.heal()
        for part in self._stack.parts.values():
            part.send_signal(signal.SIGCONT)
        # In this order: the others count as started only once these are there.
        for name in ("mongod", "temporal", "slack"):
            await self._stack.revive(name)
        await asyncio.gather(*(self._stack.revive(name) for name in PARTS))
        await self._workspace.clear_faults()
        self._journal.note("healed")

    async def _kill(self, fault: Fault) -> None:
        await self._stack.parts[fault.target].kill()
        await asyncio.sleep(fault.lasts)
        await self._stack.revive(fault.target)
        self._note("started_again", fault)

    async def _pause(self, fault: Fault) -> None:
        part = self._stack.parts[fault.target]
        part.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            part.send_signal(signal.SIGCONT)
        self._note("continued", fault)

    async def _break_link(self, fault: Fault) -> None:
        link = self._stack.links[fault.target]
        await link.fail(fault.way, seconds=fault.lasts / 8)
        try:
            await asyncio.sleep(fault.lasts)
        finally:
            await link.heal()
        self._note("mended", fault)

    async def _fail_slack(self, fault: Fault) -> None:
        kind = _SLACK_WAYS.get(fault.way, fault.way)
        how: dict[str, Any] = {"error": fault.way} if kind == "error" else {}
        how |= {"delay": fault.lasts} if kind in ("slow", "lost_after") else {}
        await self._workspace.fault(fault.target, kind, times=fault.times, **how)

    async def _fail_delivery(self, fault: Fault) -> None:
        delay = {"delay": fault.lasts} if fault.way == "slow" else {}
        await self._workspace.fault("delivery", fault.way, times=fault.times, **delay)

    async def _drop_sockets(self, fault: Fault) -> None:
        await self._workspace.post("sockets/disconnect", {"abort": True})

    def _note(self, line: str, fault: Fault, **fields: str | int) -> None:
        named = {"fault": fault.number, "kind": fault.kind, "target": fault.target}
        self._journal.note(line, **named, way=fault.way, lasts=fault.lasts, **fields)
