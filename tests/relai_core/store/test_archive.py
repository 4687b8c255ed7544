"""Archived tasks leave the collection of current tasks and stay findable."""

import asyncio
from datetime import datetime, timedelta

import pytest

from relai_core.domain.decisions import ChangeRefusedError, RefusalReason
from relai_core.domain.task import Task
from relai_core.ports import Applied
from relai_core.store.database import Database
from tests.relai_core.builders import NOW, Changes, a_new_task

LATER = NOW + timedelta(days=30)


async def test_archived_task_is_found_unchanged(database: Database) -> None:
    task = await _closed(database)

    assert await database.tasks.archive_closed(LATER, 10) == 1

    assert await database.tasks.find(task.id) == task
    assert await database.tasks.find_by_number(task.team_id, task.number) == task


async def test_open_and_recently_closed_tasks_stay(database: Database) -> None:
    await database.tasks.create(a_new_task())
    await _closed(database, at=LATER)

    assert await database.tasks.archive_closed(LATER, 10) == 0


async def test_archive_batch_is_bounded(database: Database) -> None:
    for _ in range(3):
        await _closed(database)

    moved = [await database.tasks.archive_closed(LATER, 2) for _ in range(3)]

    assert moved == [2, 1, 0]


async def test_two_runs_at_once_move_each_task_once(database: Database) -> None:
    for _ in range(20):
        await _closed(database)

    moved = await asyncio.gather(*(database.tasks.archive_closed(LATER, 20) for _ in range(2)))

    assert sorted(moved) == [0, 20]


async def test_archived_task_refuses_changes_as_closed(database: Database) -> None:
    task = await _closed(database)
    await database.tasks.archive_closed(LATER, 10)

    with pytest.raises(ChangeRefusedError) as refused:
        await database.tasks.apply(Changes(task).progressed(50))

    assert refused.value.reason is RefusalReason.TASK_CLOSED


async def test_a_repeat_after_the_archiving_returns_the_same_event(database: Database) -> None:
    task = await database.tasks.create(a_new_task())
    change = Changes(task).completed()
    applied = await database.tasks.apply(change)
    await database.tasks.archive_closed(LATER, 10)

    assert await database.tasks.apply(change) == Applied(applied.task, applied.event)


async def test_an_archived_task_is_not_created_again(database: Database) -> None:
    new = a_new_task()
    await database.tasks.create(new)
    closed = await database.tasks.apply(Changes(new).completed())
    await database.tasks.archive_closed(LATER, 10)

    assert await database.tasks.create(new) == closed.task


async def _closed(database: Database, at: datetime = NOW) -> Task:
    task = await database.tasks.create(a_new_task())
    return (await database.tasks.apply(Changes(task, at=at).completed())).task
