"""Each part is killed with -9 in the middle of a scenario and started again; nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import aiohttp
import pytest
from pymongo import MongoClient

from devstack.mongo_server import MongoServer
from devstack.processes import ChildProcess
from devstack.temporal_server import TemporalServer
from tests.bot.metrics.reading import Figure
from tests.scenarios.api import Api
from tests.scenarios.people import (
    Json,
    Person,
    Workspace,
    answer_of,
    eventually,
    text_of,
)
from tests.scenarios.stack import RelaiStack

pytestmark = pytest.mark.chaos

PARTS = ["bot", "worker", "temporal", "mongod"]


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[MongoServer, TemporalServer]]:
    """Servers that this module may kill."""
    data = tmp_path_factory.mktemp("killable")
    mongod, temporal = MongoServer(data), TemporalServer(data)
    asyncio.run(_each(mongod.start, temporal.start))
    yield mongod, temporal
    asyncio.run(_each(temporal.stop, mongod.stop))


async def _each(*steps: Callable[[], Awaitable[None]]) -> None:
    for step in steps:
        await step()


def _part(relai: RelaiStack, name: str) -> ChildProcess:
    part = getattr(relai, name)
    assert isinstance(part, ChildProcess)
    return part


@pytest.mark.parametrize("name", PARTS)
async def test_a_task_survives_the_death_of_any_part(
    relai: RelaiStack, workspace: Workspace, name: str
) -> None:
    """Killed between create and relay, and again between relay and accept."""
    ana, bo = [await workspace.person(each) for each in ("ana", "bo")]
    number = await ana.creates(f"Survive the {name}")

    await _part(relai, name).kill()
    await _part(relai, name).start()
    await _insisting(ana, f"/relay @{bo.name} {number}")
    offer = await bo.sees(number, "Accept", patience=60)

    await _part(relai, name).kill()
    await _part(relai, name).start()
    await _pressing(bo, offer, "Accept")

    await eventually(
        "Ana is told", lambda: ana.told("relay_ended", number, "accepted"), patience=60
    )
    assert await ana.told("relay_ended", number) == 1
    assert f"Survive the {name}" in answer_of(await _insisting(bo, "/task list"))


async def _insisting(person: Person, text: str) -> Json:
    """Type until it is answered without a complaint, as a person would."""

    async def answered() -> Json | None:
        delivery = await person.types_once(text)
        said = text_of(delivery["answer"] or {})
        return delivery if delivery["outcome"] == "ok" and "othing was saved" not in said else None

    answered_delivery: Json = await eventually(f"an answer to {text}", answered, patience=60)
    return answered_delivery


async def _pressing(person: Person, message: Json, label: str) -> None:
    """Press until the press is taken, as a person would."""

    async def taken() -> bool:
        delivery = await person.presses_once(message, label)
        return bool(delivery["outcome"] == "ok")

    await eventually(f"{label} is taken", taken, patience=60)


@pytest.mark.parametrize(("name", "called"), [("temporal", "Temporal"), ("mongod", "MongoDB")])
async def test_a_command_that_cannot_be_saved_is_given_back_within_three_seconds(
    relai: RelaiStack, workspace: Workspace, name: str, called: str
) -> None:
    """The part is down while the person types; longer, and Slack would show its own error."""
    ana = await workspace.person("ana")
    await _part(relai, name).kill()
    try:
        delivery = await ana.types_once("/task new Count the <sheep> & sleep")
    finally:
        await _part(relai, name).start()

    said = answer_of(delivery)
    assert f"{called} can't be reached" in said
    assert "nothing was saved" in said
    assert "/task new Count the" in said


@pytest.mark.parametrize(("name", "called"), [("temporal", "Temporal"), ("mongod", "MongoDB")])
async def test_another_system_is_told_within_three_seconds_that_nothing_was_done(
    relai: RelaiStack, workspace: Workspace, api_once: Api, name: str, called: str
) -> None:
    """And the same request, sent again when the part is back, is carried out once."""
    ana = await workspace.person("ana")
    body = {"title": f"Not while {called} is down", "assignedTo": ana.id}
    await api_once.get("/api/tasks", assignee=ana.id)
    await _part(relai, name).kill()
    try:
        refused = await api_once.post("/api/tasks", body, key=ana.id)
    finally:
        await _part(relai, name).start()

    assert (refused.status, refused.json["code"]) == (503, "unavailable")
    assert called in refused.json["detail"]
    assert await _answered_late(relai) == 0

    async def carried_out() -> bool:
        return (await api_once.post("/api/tasks", body, key=ana.id)).status in (201, 202)

    await eventually("the request is carried out", carried_out, patience=60)
    await ana.sees(f"Not while {called} is down", patience=60)
    assert await ana.count(f"Not while {called} is down") == 1


async def _answered_late(relai: RelaiStack) -> float:
    """How many calls took more than three seconds, by the bot's own clock.

    A caller on a busy machine waits longer, and not for the bot.
    """
    async with aiohttp.ClientSession() as http, http.get(f"{relai.bot_url}/metrics") as page:
        figure = Figure(await page.text())
    in_time = sum(figure.all("relai_api_seconds_bucket", le="3.0"))
    return sum(figure.all("relai_api_seconds_count")) - in_time


async def test_what_was_saved_while_no_worker_ran_is_done_when_one_does(
    relai: RelaiStack, workspace: Workspace
) -> None:
    """The person hears that it is saved, and then gets the card, once."""
    ana = await workspace.person("ana")
    await relai.worker.kill()
    try:
        said = answer_of(await ana.types("/task new Wait for the worker"))
    finally:
        await relai.worker.start()

    assert "aved" in said
    await ana.sees("Wait for the worker", "Mark complete", patience=60)
    assert await ana.count("Wait for the worker", "Mark complete") == 1


async def test_a_worker_killed_after_slack_took_the_message_says_nothing_twice(
    relai: RelaiStack, workspace: Workspace
) -> None:
    """It dies while it waits for Slack's answer; then the history is read, not guessed."""
    ana, bo = [await workspace.person(each) for each in ("ana", "bo")]
    await workspace.fault("chat.postMessage", "lost_after", delay=60)
    await ana.types(f"/task new Say it once @{bo.name}")
    await bo.sees("Say it once")

    await relai.worker.kill()
    await relai.worker.start()
    await bo.sees(await ana.insists_on(bo, "And then this"), patience=60)
    await _until_ledger_settles(relai)

    assert await bo.count("Say it once", "Mark complete") == 1
    assert "reconciled" in await _ledger_states(relai)


async def _until_ledger_settles(relai: RelaiStack) -> None:
    async def settled() -> bool:
        return not {"planned", "ambiguous"} & set(await _ledger_states(relai))

    await eventually("every notice is settled", settled, patience=60)


async def _ledger_states(relai: RelaiStack) -> list[str]:
    return await asyncio.to_thread(_read_states, relai.mongod.uri, relai.database)


def _read_states(uri: str, database: str) -> list[str]:
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        rows: list[Json] = list(client[database]["notices"].find({}, {"state": 1}))
        return [row["state"] for row in rows]
