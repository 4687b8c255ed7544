"""The disk under mongod is full: what was answered with yes is there once it is not."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from tests.running import running
from tests.scenarios.api import Answer, Api
from tests.scenarios.operators import audit
from tests.scenarios.people import Json, Person, Workspace, eventually
from tests.scenarios.small_disk import NoSmallDiskError, SmallDisk, a_small_disk
from tests.scenarios.stack import RelaiStack

ENOUGH = "160m"
"""For mongod to begin with, and for its first tasks."""
SOME = 10
"""Tasks that its journal still has room for: it is allocated in advance."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    try:
        with a_small_disk(tmp_path_factory.mktemp("disk") / "mount", ENOUGH) as held:
            yield held
    except NoSmallDiskError as error:
        pytest.skip(f"no disk can be filled here: {error}")


@pytest.fixture(scope="module")
def relai(
    tmp_path_factory: pytest.TempPathFactory, temporal_server: TemporalServer, disk: SmallDisk
) -> Iterator[RelaiStack]:
    """A stack whose mongod is on the small disk; everything else has room."""
    data = tmp_path_factory.mktemp("full")
    (disk.folder / "mongod").mkdir()
    (data / "mongod").symlink_to(disk.folder / "mongod")
    with (
        running(MongoServer(data)) as mongod,
        running(RelaiStack(data, mongod, temporal_server, "socket")) as stack,
    ):
        yield stack


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_saved_tasks_outlive_a_full_disk(
    relai: RelaiStack, workspace: Workspace, api_once: Api, disk: SmallDisk
) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    await ana.types(f"/task new Before @{bo.name}")
    await bo.sees("Before")

    disk.fill()
    try:
        saved = await _create_until_it_ends(relai, api_once, ana, bo)
        refused = await ana.types_once(f"/task new Too late @{bo.name}")
        away = await api_once.post("/api/tasks", _wish(ana, bo, "Too late"))
    finally:
        disk.empty()
        await relai.mongod.start()

    assert "MongoDB can't be reached" in str(refused["answer"])
    assert (away.status, away.json["code"]) == (503, "unavailable")
    assert len(saved) >= SOME
    for title, first in saved.items():
        again = await _insisting(api_once, ana, bo, title)
        assert again.json == first, "a repeat gets its first answer"
        await bo.sees(title, "Mark complete", patience=60)
    for title in saved:
        assert await bo.count(title) == 1
    assert await bo.count("Too late") == 0
    assert (await audit(relai)).code == 0


async def _create_until_it_ends(
    relai: RelaiStack, api: Api, ana: Person, bo: Person
) -> dict[str, Json]:
    """Create tasks until mongod has ended; those that were answered with yes, by title."""
    saved: dict[str, Json] = {}

    async def ended() -> bool:
        title = f"Tight-{len(saved)}."
        answer = await api.post("/api/tasks", _wish(ana, bo, title), key=title)
        assert answer.status in (201, 202, 503), answer
        if answer.status != 503:
            saved[title] = answer.json
        if len(saved) >= SOME:
            # It comes once a minute; who fills a disk need not wait for it.
            await asyncio.to_thread(_take_checkpoint, relai.mongod)
        return not relai.mongod.is_running

    await eventually("mongod gives up", ended, patience=90)
    return saved


def _take_checkpoint(mongod: MongoServer) -> None:
    client: MongoClient[Json]
    with (
        suppress(PyMongoError),
        MongoClient(mongod.uri, serverSelectionTimeoutMS=500, timeoutMS=2000) as client,
    ):
        client.admin.command("fsync")


async def _insisting(api: Api, ana: Person, bo: Person, title: str) -> Answer:
    """Send it again under its key until it is answered."""

    async def answered() -> Answer | None:
        answer = await api.post("/api/tasks", _wish(ana, bo, title), key=title)
        return answer if answer.status in (201, 202) else None

    answer: Answer = await eventually(f"an answer about {title}", answered, patience=60)
    return answer


def _wish(ana: Person, bo: Person, title: str) -> Json:
    return {"title": title, "assignedTo": bo.id, "creator": ana.id}
