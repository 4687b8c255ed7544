"""Runs one storm from its plan to its evidence: acts and faults, repair, rest, evidence."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import aiohttp

from tests.scenarios.api import Api
from tests.scenarios.people import Person, Workspace
from tests.storms import secret_search
from tests.storms.actors import Actors
from tests.storms.evidence import Evidence, Journal, Json
from tests.storms.fault_driver import FaultDriver
from tests.storms.other_workspace import add_other_workspace, known_ids
from tests.storms.plan import Act, Fault, Plan
from tests.storms.reading import HistoryReader, fetch_histories, read_documents
from tests.storms.settle import until_settled
from tests.storms.stack import DATABASE, StormStack

Progress = Callable[[str], None]
_PROGRESS_EVERY = 10.0
_AT_ONCE = 12
"""Acts at a time: with more, two cores only measure how long a queue gets."""
_REMINDED_WITHIN = 8.0


async def run_storm(plan: Plan, folder: Path, progress: Progress) -> Evidence:
    """Carry out a plan on parts of its own; everything about it stays in `folder`."""
    journal = Journal(folder / "journal.jsonl")
    journal.note("plan", **plan.to_json())
    timeout = aiohttp.ClientTimeout(total=20)
    async with (
        StormStack(folder, plan.transport, journal, is_encrypted=plan.is_encrypted) as stack,
        aiohttp.ClientSession(timeout=timeout) as session,
    ):
        progress("all parts run")
        evidence = await _Storm(plan, stack, session, journal, progress).carry_out()
        evidence.save(folder / "evidence.json")
    return evidence


class _Storm:
    def __init__(
        self,
        plan: Plan,
        stack: StormStack,
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
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def carry_out(self) -> Evidence:
        team = await self._stack.slack.team_id()
        people = await self._workspace_people()
        foreign = await add_other_workspace(self._stack.mongod.uri, people[0].id)
        await self._acts_and_faults(self._actors(people, known_ids(foreign)))
        await self._driver.heal()
        self._progress("everything is repaired; waiting until nothing moves")
        await until_settled(self._stack, self._journal, team, self._last_reminder())
        self._progress("collecting the evidence")
        return await self._evidence(team, people, foreign)

    async def _workspace_people(self) -> list[Person]:
        members = [await self._workspace.person(name) for name in Actors.NAMES]
        guest = await self._workspace.person("gus", is_restricted=True)
        self._journal.note("guest", user=guest.id)
        return [*members, guest]

    def _actors(self, people: list[Person], foreign: Json) -> Actors:
        urls, token = self._stack.bot_urls, self._stack.api_token
        apis = [Api(self._session, url, token) for url in urls]
        stranger = Api(self._session, urls[0], self._stack.strange_token)
        return Actors(self._workspace, people, apis, stranger, foreign, self._journal)

    async def _acts_and_faults(self, actors: Actors) -> None:
        """Let everything happen; faults that still last at the end are cut short."""
        start = time.monotonic()
        acts = [self._act(act, actors, start) for act in self._plan.acts]
        faults = [asyncio.create_task(self._fault(each, start)) for each in self._plan.faults]
        telling = asyncio.create_task(self._tell_progress(start))
        await asyncio.gather(*acts)
        await _sleep_until(start + self._plan.seconds)
        for task in (*faults, telling):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _act(self, act: Act, actors: Actors, start: float) -> None:
        await _sleep_until(start + act.at)
        async with self._room:
            await actors.carry_out(act)

    async def _fault(self, fault: Fault, start: float) -> None:
        await _sleep_until(start + fault.at)
        await self._driver.carry_out(fault)

    async def _tell_progress(self, start: float) -> None:
        while True:
            await asyncio.sleep(_PROGRESS_EVERY)
            seen = Counter(entry["line"] for entry in self._journal.lines)
            self._progress(
                f"{time.monotonic() - start:4.0f} s of {self._plan.seconds:g}: "
                f"{seen['act']} acts, {seen['fault']} faults"
            )

    def _last_reminder(self) -> float:
        bodies = [entry.get("body", {}) for entry in self._journal.lines if entry["line"] == "act"]
        named = [body["estimatedHandoff"] for body in bodies if "estimatedHandoff" in body]
        due = [datetime.fromisoformat(each).timestamp() for each in named]
        return max([time.time() + 15, *due]) + _REMINDED_WITHIN

    async def _evidence(
        self, team: str, people: list[Person], foreign: dict[str, list[Json]]
    ) -> Evidence:
        """Collect everything. The stack must be whole and at rest."""
        stack, is_encrypted = self._stack, self._stack.is_encrypted
        inboxes = {person.id: await person.messages() for person in people}
        histories = await fetch_histories(stack.temporal.address)
        acts = [entry for entry in self._journal.lines if entry["line"] == "act"]
        writings = [
            *secret_search.logs(stack.logs, is_encrypted=is_encrypted),
            *await secret_search.pages(self._session, stack.pages),
            *secret_search.in_temporal(histories, stack.folder, is_encrypted=is_encrypted),
            *await asyncio.to_thread(secret_search.collections, stack.mongod.uri, DATABASE),
            *secret_search.heard(acts, inboxes),
        ]
        reader = HistoryReader(stack.payload_keys)
        return Evidence(
            team=team,
            journal=self._journal.lines,
            inboxes=inboxes,
            documents=await asyncio.to_thread(read_documents, stack.mongod.uri),
            histories=[reader.read(*each) for each in histories],
            foreign=foreign,
            searched=Counter(writing.place for writing in writings),
            leaks=secret_search.find_leaks(writings, stack.secrets),
        )


async def _sleep_until(moment: float) -> None:
    await asyncio.sleep(max(0, moment - time.monotonic()))
