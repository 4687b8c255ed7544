"""Runs one storm from its plan to its evidence: acts and faults, repair, rest, evidence."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp
from pymongo import MongoClient
from temporalio.client import Client

from tests.scenarios.api import Api
from tests.scenarios.people import Person, Workspace
from tests.storms import secret_search
from tests.storms.actors import NAMES, Actors
from tests.storms.evidence import Evidence, Journal, Json
from tests.storms.fault_driver import FaultDriver
from tests.storms.other_workspace import add_other_workspace, known_ids
from tests.storms.plan import Act, Plan
from tests.storms.reading import HistoryReader, fetch_histories, read_documents
from tests.storms.stack import DATABASE, StormStack
from tests.storms.ui_actions import UiActions

Progress = Callable[[str], None]
_PROGRESS_EVERY = 10.0
_AT_ONCE = 12
"""Acts at a time: with more, two cores only measure how long a queue gets."""
_REMINDED_WITHIN = 8.0
_PATIENCE = 180.0
"""Seconds. The longest pause before a retry of a message is one minute."""
_STILL_FOR = 7.0
"""Seconds. An outcome that was not heard is told after five."""


async def run_storm(plan: Plan, folder: Path, progress: Progress) -> Evidence:
    """Carry out a plan on parts of its own; everything about it stays in `folder`."""
    journal = Journal(folder / "journal.jsonl")
    journal.note("plan", **asdict(plan))
    timeout = aiohttp.ClientTimeout(total=20)
    async with (
        StormStack(folder, plan.transport, journal, is_encrypted=plan.is_encrypted) as stack,
        aiohttp.ClientSession(timeout=timeout) as session,
    ):
        progress("all parts run")
        evidence = await _Storm(plan, stack, session, journal, progress).carry_out()
        kept = json.dumps(vars(evidence), ensure_ascii=False, indent=1)
        (folder / "evidence.json").write_text(kept, encoding="utf-8")
    return evidence


@dataclass
class _Storm:
    plan: Plan
    stack: StormStack
    session: aiohttp.ClientSession
    journal: Journal
    progress: Progress

    async def carry_out(self) -> Evidence:
        stack, workspace = self.stack, Workspace(self.session, self.stack.slack.url)
        members = [await workspace.person(name) for name in NAMES]
        people = [*members, await workspace.person("gus", is_restricted=True)]
        self.journal.note("guest", user=people[-1].id)
        foreign = await add_other_workspace(stack.mongod.uri, members[0].id)
        urls = [bot.url.rstrip("/") for bot in stack.bots]
        apis = [Api(self.session, url, stack.api_token) for url in urls]
        stranger = Api(self.session, urls[0], stack.strange_token)
        ui, ids = UiActions(workspace), known_ids(foreign)
        driver = FaultDriver(stack, workspace, self.journal)
        await self._let_happen(Actors(ui, people, apis, stranger, ids, self.journal), driver)
        await driver.heal()
        self.progress("everything is repaired; waiting until nothing moves")
        due: list[float] = [entry.get("due", 0) for entry in self.journal.lines]
        await _settle(stack, self.journal, max([time.time(), *due]) + _REMINDED_WITHIN)
        self.progress("collecting the evidence")
        return await self._evidence(people, foreign)

    async def _let_happen(self, actors: Actors, driver: FaultDriver) -> None:
        """Let everything happen; faults that still last at the end are cut short."""
        start, room = time.monotonic(), asyncio.Semaphore(_AT_ONCE)

        async def act(each: Act) -> None:
            async with room:
                await actors.carry_out(each)

        acts = [_at(start + each.at, act, each) for each in self.plan.acts]
        broken = [_at(start + each.at, driver.carry_out, each) for each in self.plan.faults]
        keys = [_at(start + each.at, driver.carry_out, each) for each in self.plan.key_changes]
        besides = [asyncio.create_task(each) for each in (*broken, self._tell_progress(start))]
        await asyncio.gather(*acts, *keys)
        await asyncio.sleep(max(0, start + self.plan.seconds - time.monotonic()))
        for task in besides:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _tell_progress(self, start: float) -> None:
        while True:
            await asyncio.sleep(_PROGRESS_EVERY)
            seen = Counter(entry["line"] for entry in self.journal.lines)
            self.progress(
                f"{time.monotonic() - start:4.0f} s of {self.plan.seconds:g}: "
                f"{seen['act']} acts, {seen['fault']} faults"
            )

    async def _evidence(self, people: list[Person], foreign: dict[str, list[Json]]) -> Evidence:
        """Collect everything. The stack must be whole and at rest."""
        stack, is_encrypted = self.stack, bool(self.stack.payload_keys)
        inboxes = {person.id: await person.messages() for person in people}
        histories = await fetch_histories(stack.temporal.address)
        acts = [entry for entry in self.journal.lines if entry["line"] == "act"]
        writings = [
            *secret_search.logs(stack.logs, is_encrypted=is_encrypted),
            *await secret_search.pages(self.session, stack.pages),
            *secret_search.in_temporal(histories, stack.folder, is_encrypted=is_encrypted),
            *await asyncio.to_thread(secret_search.collections, stack.mongod.uri, DATABASE),
            *secret_search.heard(acts, inboxes),
        ]
        reader = HistoryReader(stack.payload_keys)
        return Evidence(
            team=await stack.slack.team_id(),
            journal=self.journal.lines,
            inboxes=inboxes,
            documents=await asyncio.to_thread(read_documents, stack.mongod.uri),
            histories=[reader.read(*each) for each in histories],
            foreign=foreign,
            searched=Counter(writing.place for writing in writings),
            leaks=secret_search.find_leaks(writings, stack.secrets),
        )


async def _at(moment: float, do: Callable[[Any], Awaitable[None]], what: Any) -> None:
    await asyncio.sleep(max(0, moment - time.monotonic()))
    await do(what)


async def _settle(stack: StormStack, journal: Journal, busy_until: float) -> None:
    """Return when nothing has moved for a while since `busy_until`, or patience is at its end."""
    client, team = await Client.connect(stack.temporal.address), await stack.slack.team_id()
    deadline = max(time.time(), busy_until) + _PATIENCE
    pending = ["not looked yet"]
    while time.time() < deadline and (pending or time.time() < busy_until):
        await asyncio.sleep(1)
        if pending := [job async for job in _left_to_do(client, stack.mongod.uri, team)]:
            busy_until = max(busy_until, time.time() + _STILL_FOR)
    journal.note("settled", pending=pending)


async def _left_to_do(client: Client, uri: str, team: str) -> AsyncIterator[str]:
    for name in await asyncio.to_thread(_unsettled, uri, team):
        yield name
    async for run in client.list_workflows("ExecutionStatus = 'Running'"):
        raw = (await client.get_workflow_handle(run.id).describe()).raw_description
        is_busy = raw.pending_activities or raw.HasField("pending_workflow_task")
        if is_busy or run.workflow_type == "TaskRelayWorkflow":
            yield run.id


def _unsettled(uri: str, team: str) -> list[str]:
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        relays = client[DATABASE]["relays"].distinct("_id", {"end": None, "team_id": team})
        # An open reminder waits for its workflow, or it is not true any more.
        waiting: Json = {"notice.team_id": team, "state": {"$in": ["planned", "ambiguous"]}}
        waiting["$nor"] = [{"notice.kind": {"$regex": "^reminder"}}]
        return [*relays, *client[DATABASE]["notices"].distinct("_id", waiting)]
