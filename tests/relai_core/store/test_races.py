"""Concurrent changes: one wins, the others see it, and no change is half done."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from itertools import count

import pytest

from devstack.mongo_server import MongoServer
from devstack.ports import LOOPBACK, free_port
from relai_core.domain.changes import TaskChange
from relai_core.domain.decisions import ChangeRefusedError, RefusalReason
from relai_core.domain.ids import TaskId
from relai_core.domain.relay import RelayMode
from relai_core.errors import UnavailableError
from relai_core.ports import Applied
from relai_core.store.connection import Connection, LostRaceError
from relai_core.store.database import Database
from tests.relai_activities.mongo import TIMEOUT
from tests.relai_core.builders import BEN, CLEO, Changes, a_new_task, a_request

LONG_FOR_A_COMMIT = 1
"""Seconds, of the 20 that an operation may take in these tests."""
SHORT = timedelta(milliseconds=300)


@pytest.fixture
async def another_writer(
    mongo_server: MongoServer, database_name: str
) -> AsyncIterator[Connection]:
    opened = Connection(mongo_server.uri, database_name, TIMEOUT)
    yield opened
    opened.close()


async def test_concurrent_tasks_get_different_numbers(database: Database) -> None:
    tasks = await asyncio.gather(*(database.tasks.create(a_new_task()) for _ in range(50)))

    assert sorted(task.number for task in tasks) == list(range(1, 51))


async def test_concurrent_creates_make_one_task(database: Database) -> None:
    new = a_new_task()

    tasks = await asyncio.gather(*(database.tasks.create(new) for _ in range(10)))

    assert all(task == tasks[0] for task in tasks)
    assert len(await database.tasks.list_owned(new.team_id, new.owner, 10)) == 1
    assert len(await database.tasks.list_events(new.id)) == 1


async def test_later_create_returns_the_current_task(database: Database) -> None:
    new = a_new_task()
    await database.tasks.create(new)
    applied = await database.tasks.apply(Changes(new).progressed(30))

    assert await database.tasks.create(new) == applied.task


async def test_one_of_accept_and_withdrawal_wins(database: Database) -> None:
    for _ in range(10):
        task = await database.tasks.create(a_new_task())
        opened = Changes(task).handed_over(BEN, mode=RelayMode.HANDSHAKE)
        await database.tasks.apply(opened)

        answers: list[TaskChange] = [
            Changes(task).accepted(opened),
            Changes(task).withdrawn(opened),
        ]
        [won], [lost] = await _race(database, answers)

        assert lost.reason is RefusalReason.RELAY_ENDED
        assert await database.tasks.find(task.id) == won.task
        assert await database.tasks.find_relay(opened.relay_id) == won.task.relay
        events = await database.tasks.list_events(task.id)
        assert [event.kind for event in events] == ["created", "relay_opened", won.event.kind]


async def test_two_hand_overs_at_once_open_one_relay(database: Database) -> None:
    task = await database.tasks.create(a_new_task())
    hand_overs = [Changes(task).handed_over(to) for to in (BEN, CLEO)]

    [won], [lost] = await _race(database, hand_overs)

    assert lost.reason is RefusalReason.NOT_THE_OWNER
    assert won.task.relay_count == 1
    relays = [await database.tasks.find_relay(opened.relay_id) for opened in hand_overs]
    assert [relay for relay in relays if relay is not None] == [won.task.relay]


@pytest.mark.parametrize("indexed", [True, False])
async def test_compatible_changes_all_happen(bare_database: Database, indexed: bool) -> None:
    """An overtaken change is decided again. The task's version detects it, not an index."""
    if indexed:
        await bare_database.ensure_indexes()
    for _ in range(5):
        task = await bare_database.tasks.create(a_new_task())

        changes = [Changes(task).progressed(step) for step in range(5)]
        won, lost = await _race(bare_database, changes)

        assert lost == []
        assert sorted(applied.event.version for applied in won) == [2, 3, 4, 5, 6]


async def test_change_waits_for_a_slow_commit(
    database: Database, another_writer: Connection
) -> None:
    """A busy disk is as slow. Our change is decided on the result of the other one."""
    task = await database.tasks.create(a_new_task())

    async with another_writer.transaction() as session:
        await another_writer.collection("tasks").update_one(
            {"_id": task.id}, {"$set": {"progress": 30}, "$inc": {"version": 1}}, session=session
        )
        applying = asyncio.create_task(database.tasks.apply(Changes(task).progressed(60)))
        still_tried = (await asyncio.wait([applying], timeout=LONG_FOR_A_COMMIT))[1]
        assert still_tried

    applied = await applying
    assert (applied.task.progress, applied.task.version) == (60, 3)


async def test_timed_out_change_does_not_block_the_task(
    mongo_server: MongoServer, database_name: str, database: Database
) -> None:
    """MongoDB alone would block the task for a minute."""
    task = await database.tasks.create(a_new_task())
    hurried = Connection(mongo_server.uri, database_name, SHORT)

    with pytest.raises(UnavailableError):
        await _write_too_slowly(hurried, task.id)
    applied = await database.tasks.apply(Changes(task).progressed(60))

    assert (applied.task.progress, applied.task.version) == (60, 2)
    hurried.close()


async def test_endless_retries_end_in_time() -> None:
    connection = Connection(f"mongodb://{LOOPBACK}:{free_port()}", "relai", SHORT)
    tries = count()

    async def attempt() -> None:
        next(tries)
        raise LostRaceError

    with pytest.raises(UnavailableError):
        await connection.retried(attempt)

    assert next(tries) > 1
    connection.close()


async def test_repeated_change_returns_the_same_event(database: Database) -> None:
    """The rules would refuse the change now."""
    task = await database.tasks.create(a_new_task())
    change = Changes(task).completed()
    first = await database.tasks.apply(change)

    assert await database.tasks.apply(change) == first
    assert len(await database.tasks.list_events(task.id)) == 2


async def test_repeated_change_returns_the_current_task(database: Database) -> None:
    task = await database.tasks.create(a_new_task())
    change = Changes(task).progressed(10)
    first = await database.tasks.apply(change)
    later = await database.tasks.apply(Changes(task).completed())

    assert await database.tasks.apply(change) == Applied(later.task, first.event)


async def test_concurrent_repeats_apply_once(database: Database) -> None:
    task = await database.tasks.create(a_new_task())
    change = Changes(task).handed_over(BEN)

    won, lost = await _race(database, [change] * 10)

    assert lost == []
    assert {applied.event.id for applied in won} == {change.id}
    assert len(await database.tasks.list_events(task.id)) == 2


async def test_request_id_of_another_task_is_refused(database: Database) -> None:
    """Such a mistake of the program must not look like success."""
    first, second = [await database.tasks.create(a_new_task()) for _ in range(2)]
    shared = a_request()
    await database.tasks.apply(Changes(first).completed().model_copy(update={"id": shared}))
    change = Changes(second).completed().model_copy(update={"id": shared})

    with pytest.raises(ChangeRefusedError) as refused:
        await database.tasks.apply(change)

    assert refused.value.reason is RefusalReason.ALREADY_USED
    assert await database.tasks.find(second.id) == second


async def _write_too_slowly(mongo: Connection, task_id: TaskId) -> None:
    write = {"_id": task_id}, {"$set": {"progress": 30}}
    with mongo.bounded():
        async with mongo.transaction() as session:
            await mongo.collection("tasks").update_one(*write, session=session)
            await asyncio.sleep(2 * SHORT.total_seconds())
            await mongo.collection("tasks").update_one(*write, session=session)


async def _race(
    database: Database, changes: Sequence[TaskChange]
) -> tuple[list[Applied], list[ChangeRefusedError]]:
    results = await asyncio.gather(
        *(database.tasks.apply(change) for change in changes), return_exceptions=True
    )
    won = [result for result in results if isinstance(result, Applied)]
    lost = [result for result in results if isinstance(result, ChangeRefusedError)]
    assert len(won) + len(lost) == len(changes), results
    return won, lost
