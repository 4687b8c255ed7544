"""A server that is away, silent or killed: answered in time, and no acknowledged change is lost."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from pymongo import MongoClient

from devstack.mongo_server import MongoServer
from devstack.ports import LOOPBACK, free_port
from relai_core.domain.notice import Notice, NoticeKind
from relai_core.domain.task import Task
from relai_core.domain.user import User
from relai_core.errors import UnavailableError
from relai_core.store.connection import Connection, Document
from relai_core.store.database import Database, connect
from tests.relai_core.builders import ANA, NOW, TEAM, Changes, a_new_task

SHORT = timedelta(milliseconds=300)
PATIENT = timedelta(seconds=30)
WELL_BEFORE_THE_DRIVERS_DEFAULT = 10
"""Seconds; the driver by itself would look for a server for 30."""

ANA_HERSELF = User(team_id=TEAM, id=ANA, name="ana", refreshed_at=NOW)

OPERATIONS: dict[str, Callable[[Database], Awaitable[object]]] = {
    "ping": lambda db: db.ping(),
    "ensure_indexes": lambda db: db.ensure_indexes(),
    "create": lambda db: db.tasks.create(a_new_task()),
    "find": lambda db: db.tasks.find(a_new_task().id),
    "list_owned": lambda db: db.tasks.list_owned(TEAM, ANA, 10),
    "list_events": lambda db: db.tasks.list_events(a_new_task().id),
    "apply": lambda db: db.tasks.apply(Changes(a_new_task()).completed()),
    "archive_closed": lambda db: db.tasks.archive_closed(NOW, 10),
    "put user": lambda db: db.users.put(ANA_HERSELF),
    "find user": lambda db: db.users.find(TEAM, ANA),
    "plan": lambda db: db.notices.plan(
        Notice(team_id=TEAM, kind=NoticeKind.WELCOME, moment="", planned_at=NOW), NOW
    ),
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[MongoServer]:
    """A server of its own, to be treated badly."""
    async with MongoServer(tmp_path) as running:
        yield running
        running.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_server_that_is_away_is_reported_in_time(operation: str) -> None:
    uri = f"mongodb://{LOOPBACK}:{free_port()}/?replicaSet=rs0"
    database = await connect(uri, "relai", timeout=SHORT)

    async with asyncio.timeout(WELL_BEFORE_THE_DRIVERS_DEFAULT):
        with pytest.raises(UnavailableError) as unavailable:
            await OPERATIONS[operation](database)

    assert unavailable.value.part == "MongoDB"
    database.close()


async def test_a_server_that_is_silent_is_reported_in_time(server: MongoServer) -> None:
    """Its sockets are open and nothing answers."""
    database = await connect(server.uri, "relai", timeout=PATIENT)
    task = await database.tasks.create(a_new_task())
    impatient = await connect(server.uri, "relai", timeout=SHORT)
    await _until_reached(impatient)
    server.send_signal(signal.SIGSTOP)

    async with asyncio.timeout(WELL_BEFORE_THE_DRIVERS_DEFAULT):
        await _until_away(impatient)
        with pytest.raises(UnavailableError):
            await impatient.tasks.find(task.id)
        with pytest.raises(UnavailableError):
            await impatient.tasks.apply(Changes(task).progressed(50))

    server.send_signal(signal.SIGCONT)
    assert await database.tasks.find(task.id) == task
    database.close()
    impatient.close()


async def test_a_server_that_is_busy_is_reported_in_time(server: MongoServer) -> None:
    """It answers, and its writes wait: here for a backup that holds the lock."""
    database = await connect(server.uri, "relai", timeout=PATIENT)
    impatient = await connect(server.uri, "relai", timeout=SHORT)
    await _until_reached(impatient)
    with MongoClient[Document](server.uri) as backup:
        backup.admin.command("fsync", lock=True)

        for write in ("put user", "create", "plan"):
            with pytest.raises(UnavailableError):
                await OPERATIONS[write](impatient)

        backup.admin.command("fsyncUnlock")
    await database.users.put(ANA_HERSELF)
    assert await database.users.find(TEAM, ANA) == ANA_HERSELF
    database.close()
    impatient.close()


async def test_a_database_that_was_opened_too_early_works_once_its_server_is_there(
    tmp_path: Path,
) -> None:
    server = MongoServer(tmp_path, port=free_port())
    database = await connect(server.uri, "relai", timeout=PATIENT)

    async with server:
        await database.ensure_indexes()
        task = await database.tasks.create(a_new_task())
        assert await database.tasks.find(task.id) == task
    database.close()


async def test_closing_does_not_wait_for_a_server_that_is_gone(server: MongoServer) -> None:
    database = await connect(server.uri, "relai", timeout=PATIENT)
    await database.ping()
    await server.kill()

    began = monotonic()
    database.close()

    assert monotonic() - began < WELL_BEFORE_THE_DRIVERS_DEFAULT


async def test_a_kill_between_two_changes_loses_neither(server: MongoServer) -> None:
    database = await connect(server.uri, "relai", timeout=PATIENT)
    task = await database.tasks.create(a_new_task())
    await database.tasks.apply(Changes(task).progressed(30))

    await server.kill()
    await server.start()
    await database.tasks.apply(Changes(task).progressed(60))

    events = await database.tasks.list_events(task.id)
    assert [event.version for event in events] == [1, 2, 3]
    found = await database.tasks.find(task.id)
    assert found is not None
    assert (found.progress, found.version) == (60, 3)
    database.close()


async def test_a_kill_during_changes_loses_none_and_doubles_none(server: MongoServer) -> None:
    """Each change that is interrupted is applied again under its own id, as an activity would."""
    database = await connect(server.uri, "relai", timeout=PATIENT)
    await database.ensure_indexes()
    tasks = [await database.tasks.create(a_new_task()) for _ in range(4)]
    halfway = asyncio.Event()
    writers = [asyncio.create_task(_write(database, task, halfway)) for task in tasks]

    await halfway.wait()
    await server.kill()
    await server.start()
    await asyncio.gather(*writers)

    for task in tasks:
        events = await database.tasks.list_events(task.id)
        assert [event.version for event in events] == list(range(1, 42))
        found = await database.tasks.find(task.id)
        assert found is not None
        assert (found.version, found.progress) == (41, 40)
    database.close()


async def test_writes_wait_for_the_journal_of_a_majority_whatever_the_uri_says() -> None:
    uri = f"mongodb://{LOOPBACK}:{free_port()}/?w=1&journal=false&retryWrites=false"
    connection = Connection(uri, "relai", SHORT)

    assert connection.collection("tasks").write_concern.document == {"w": "majority", "j": True}
    assert connection._client.delegate.options.retry_writes
    connection.close()


def test_the_driver_has_threads_enough_for_all_who_wait() -> None:
    """In a process of its own: the driver reads the number when it is first imported."""
    program = (
        "import relai_core.store.database; from motor.frameworks import asyncio;"
        "print(asyncio.max_workers)"
    )

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert int(ended.stdout) == 64


async def _write(database: Database, task: Task, halfway: asyncio.Event) -> None:
    for progress in range(1, 41):
        change = Changes(task).progressed(progress)
        while True:
            try:
                applied = await database.tasks.apply(change)
                break
            except UnavailableError:
                continue
        assert applied.event.id == change.id
        if progress == 20:
            halfway.set()


async def _until_away(database: Database) -> None:
    """A process stops a moment after it was told to."""
    while True:
        try:
            await database.ping()
        except UnavailableError:
            return


async def _until_reached(database: Database) -> None:
    while True:
        try:
            return await database.ping()
        except UnavailableError:
            continue
