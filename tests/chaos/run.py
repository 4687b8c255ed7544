"""One run from its plan to its evidence: chaos, then calm, then the witnesses."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import aiohttp

from tests.chaos.act_plan import Act
from tests.chaos.auditing import Audits
from tests.chaos.callers import Callers
from tests.chaos.calm import until_quiet
from tests.chaos.collect import collect, team_of
from tests.chaos.crowd import Crowd, within_patience
from tests.chaos.evidence import Evidence
from tests.chaos.fault_driver import FaultDriver
from tests.chaos.fault_plan import Fault
from tests.chaos.journal import Journal, Json
from tests.chaos.neighbour import Neighbour, move_in
from tests.chaos.plan import Plan
from tests.chaos.stack import WINDOW, ChaosStack
from tests.scenarios.api import Api
from tests.scenarios.people import Workspace

Progress = Callable[[str], None]
_PROGRESS_EVERY = 5.0
_AT_ONCE = 12
"""Acts under way at a time: with more, two cores test nothing but how long a queue gets."""
_REMINDED_AFTER = 6.0


async def run_chaos(plan: Plan, folder: Path, progress: Progress) -> Evidence:
    """Carry out a plan on parts of its own in `folder`, and collect what is there afterwards.

    The journal is written as things happen; the evidence lies beside it as `evidence.json`.
    """
    timeout = aiohttp.ClientTimeout(total=20)
    with Journal(folder / "journal.jsonl") as journal:
        journal.note("plan", window=WINDOW.total_seconds(), **plan.to_json())
        async with (
            ChaosStack(folder, plan.transport, journal, is_encrypted=plan.is_encrypted) as stack,
            aiohttp.ClientSession(timeout=timeout) as session,
        ):
            progress("all parts run")
            run = _Run(plan, stack, session, journal, progress)
            evidence = await run.carry_out()
            # Before the parts are stopped: one that can't be must not cost the evidence.
            evidence.save(folder / "evidence.json")
    return evidence


class _Run:
    def __init__(
        self,
        plan: Plan,
        stack: ChaosStack,
        session: aiohttp.ClientSession,
        journal: Journal,
        progress: Progress,
    ) -> None:
        self._plan = plan
        self._stack = stack
        self._session = session
        self._journal = journal
        self._progress = progress
        self._workspace = Workspace(session, stack.slack.url)
        self._driver = FaultDriver(stack, self._workspace, journal)
        self._audits = Audits(stack, journal)
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def carry_out(self) -> Evidence:
        team = await team_of(self._session, self._stack.slack.url)
        neighbour = await move_in(self._stack.mongod.uri)
        crowd = Crowd(self._workspace, self._journal, dict(neighbour.known))
        await crowd.gather()
        await self._storm(crowd, self._callers(crowd, neighbour))
        await self._driver.heal()
        await crowd.note_who_left()
        self._progress("healed; waiting for quiet")
        quiet = await until_quiet(
            self._stack, self._workspace, self._journal, team, self._last_reminder()
        )
        self._progress(f"{quiet['line'].replace('_', ' ')}; collecting the evidence")
        await self._audits.look(at_rest=True)
        return await collect(
            self._stack, self._session, crowd, self._journal, team, neighbour.documents
        )

    def _callers(self, crowd: Crowd, neighbour: Neighbour) -> Callers:
        urls, token = self._stack.bot_urls, self._stack.credentials.api_token
        apis = [Api(self._session, url, token) for url in urls]
        return Callers(apis, crowd, dict(neighbour.known))

    async def _storm(self, crowd: Crowd, callers: Callers) -> None:
        """Let everything happen that is planned; faults still under way at the end are stopped."""
        start = time.monotonic()
        acts = [self._act(act, crowd, callers, start) for act in self._plan.acts]
        faults = [asyncio.create_task(self._fault(each, start)) for each in self._plan.faults]
        telling = asyncio.create_task(self._tell_progress(start))
        auditing = asyncio.create_task(self._audits.keep_looking())
        await asyncio.gather(*acts, self._change_keys(start))
        await asyncio.sleep(max(0, start + self._plan.seconds - time.monotonic()))
        for task in (*faults, telling, auditing):
            task.cancel()
        for task in (*faults, telling, auditing):
            with suppress(asyncio.CancelledError):
                await task

    async def _act(self, act: Act, crowd: Crowd, callers: Callers, start: float) -> None:
        await _until(start + act.at)
        who = crowd if act.kind in crowd.kinds else callers
        async with self._room:
            begun = time.time()
            answer = await within_patience(who.carry_out(act))
        self._journal.note(
            "act", number=act.number, kind=act.kind, begun=round(begun, 3), answer=answer
        )

    async def _fault(self, fault: Fault, start: float) -> None:
        await _until(start + fault.at)
        await self._driver.carry_out(fault)

    async def _change_keys(self, start: float) -> None:
        """Let all read with a second key before any writes with it (docs/adr/0011)."""
        for at, order in zip(self._plan.keys_change_at, ((0, 1), (1, 0)), strict=False):
            await _until(start + at)
            await self._driver.change_keys(order)

    async def _tell_progress(self, start: float) -> None:
        while True:
            await asyncio.sleep(_PROGRESS_EVERY)
            self._progress(
                f"{time.monotonic() - start:4.0f} s of {self._plan.seconds:g}: "
                f"{len(self._journal.of('act'))} acts, {len(self._journal.of('fault'))} faults"
            )

    def _last_reminder(self) -> float:
        due = [_due(entry["answer"]) for entry in self._journal.of("act")]
        return max([time.time(), *(moment + _REMINDED_AFTER for moment in due if moment)])


def _due(answer: Json) -> float | None:
    named = (answer.get("body") or {}).get("estimatedHandoff")
    return datetime.fromisoformat(named).timestamp() if named else None


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0, moment - time.monotonic()))
