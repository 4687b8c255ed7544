"""One outage from the first task to the evidence."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path

import aiohttp

from tests.chaos.collect import read_documents, team_of
from tests.chaos.evidence import Evidence
from tests.chaos.histories import read_histories
from tests.chaos.journal import Journal, Json
from tests.chaos.oracles.answers import Word, word_of
from tests.outages.absence import be_away
from tests.outages.memory import note_memory, watch_memory
from tests.outages.plan import Outage
from tests.outages.quiet import until_quiet
from tests.outages.stack import OutageStack
from tests.outages.team import KINDS, Team
from tests.scenarios.api import Api
from tests.scenarios.people import Workspace

Progress = Callable[[str], None]
_TOLD_EVERY = 30.0
_SAMPLES = 60
_AGAIN_AFTER = 0.5
_SETTLE = 8.0
"""Seconds from the preparation to the outage: so long, too, does a message of it take."""


async def run_outage(outage: Outage, folder: Path, progress: Progress) -> Evidence:
    """Carry it out on parts of its own in `folder`; the evidence lies there too."""
    timeout = aiohttp.ClientTimeout(total=20)
    with Journal(folder / "journal.jsonl") as journal:
        journal.note("outage", part=outage.part, window=outage.window.total_seconds())
        async with (
            OutageStack(folder, outage) as stack,
            aiohttp.ClientSession(timeout=timeout) as session,
        ):
            progress("all parts run")
            evidence = await _Run(outage, stack, session, journal, progress).carry_out()
    evidence.save(folder / "evidence.json")
    return evidence


class _Run:
    def __init__(
        self,
        outage: Outage,
        stack: OutageStack,
        session: aiohttp.ClientSession,
        journal: Journal,
        progress: Progress,
    ) -> None:
        self._outage = outage
        self._stack = stack
        self._session = session
        self._journal = journal
        self._progress = progress
        self._workspace = Workspace(session, stack.relai.slack.url)
        api = Api(session, stack.relai.bot_url, stack.relai.api_token)
        self._people = Team(outage, self._workspace, api, journal)

    async def carry_out(self) -> Evidence:
        team = await team_of(self._session, self._stack.relai.slack.url)
        await self._people.gather()
        await self._people.prepare()
        await until_quiet(self._stack, self._journal, time.time(), self._progress)
        await self._people.hand_over()
        async with self._watched():
            await self._go_without()
            await self._return()
        note_memory(self._stack, self._journal)
        return await self._collect(team)

    async def _go_without(self) -> None:
        """Go on trying while the part is away."""
        self._progress(f"{self._outage.part} goes away for {self._outage.seconds:g} s")
        self._people.start_trying()
        away = asyncio.create_task(
            be_away(self._outage, self._stack, self._workspace, self._journal)
        )
        trying = asyncio.create_task(self._try_on())
        try:
            await away
        finally:
            trying.cancel()
            with suppress(asyncio.CancelledError):
                await trying

    async def _try_on(self) -> None:
        """Try at a steady rate, however long an answer takes."""
        under_way: set[asyncio.Task[Json]] = set()
        try:
            while True:
                await asyncio.sleep(self._outage.pause)
                trying = asyncio.create_task(self._people.try_next())
                under_way.add(trying)
                trying.add_done_callback(under_way.discard)
        finally:
            await asyncio.gather(*under_way)

    async def _return(self) -> None:
        """The part is back: people go on, callers send again, and everything comes to rest."""
        self._progress(f"{self._outage.part} is back")
        for kind in ("create", "api_create"):
            await self._until_yes(kind)
        for entry in self._journal.of("act"):
            if _is_refused(entry) and entry["number"] // KINDS % 2:
                await self._people.send_again(entry)
        await until_quiet(self._stack, self._journal, self._last_date(), self._progress)

    async def _until_yes(self, kind: str) -> None:
        while True:
            entry = await self._people.try_kind(kind)
            if _is_yes(entry):
                self._journal.note("first_yes", kind=kind)
                return
            await asyncio.sleep(_AGAIN_AFTER)

    def _last_date(self) -> float:
        named = [
            (entry["answer"].get("body") or {}).get("estimatedHandoff")
            for entry in self._journal.of("act")
        ]
        dates = [datetime.fromisoformat(date).timestamp() for date in named if date]
        return max(time.time(), *dates) + _SETTLE

    async def _collect(self, team: str) -> Evidence:
        return Evidence(
            team=team,
            journal=self._journal.lines,
            inboxes={person.id: await person.messages() for person in self._people.people},
            documents=await asyncio.to_thread(read_documents, self._stack.mongod.uri),
            histories=await read_histories(self._stack.temporal.address),
        )

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """Meanwhile, memory is measured and progress is told."""
        every = max(1.0, self._outage.seconds / _SAMPLES)
        tasks = [
            asyncio.create_task(watch_memory(self._stack, self._journal, every)),
            asyncio.create_task(self._tell()),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _tell(self) -> None:
        began = time.time()
        while True:
            await asyncio.sleep(_TOLD_EVERY)
            acts = [entry for entry in self._journal.of("act") if entry["begun"] > began]
            self._progress(
                f"{time.time() - began:5.0f} s: {len(acts)} tries, "
                f"{sum(map(_is_yes, acts))} answered yes"
            )


def _is_yes(entry: Json) -> bool:
    return word_of(entry["kind"], entry["answer"]) in (Word.DONE, Word.SAVED)


def _is_refused(entry: Json) -> bool:
    is_call = "asked" in entry["answer"]
    return is_call and word_of(entry["kind"], entry["answer"]) is Word.NOT_SAVED
