"""Pages list each task exactly once, even if tasks change between two pages."""

import asyncio
from datetime import timedelta

import pytest

from relai_core.domain.task import Task, TaskStatus
from relai_core.domain.task_query import TaskQuery
from relai_core.store import task_pages
from relai_core.store.connection import Collection, Document
from relai_core.store.database import Database
from tests.relai_core.builders import ANA, BEN, NOW, OTHER_TEAM, TEAM, Changes, a_new_task

EVERYTHING = TaskQuery(team_id=TEAM)
LATER = NOW + timedelta(days=30)


async def test_newest_tasks_come_first(database: Database) -> None:
    tasks = [await database.tasks.create(a_new_task()) for _ in range(3)]

    assert await database.tasks.list_page(EVERYTHING, 2) == [tasks[2], tasks[1]]


async def test_page_continues_after_the_last_one(database: Database) -> None:
    tasks = [await database.tasks.create(a_new_task()) for _ in range(3)]
    query = EVERYTHING.model_copy(update={"below": tasks[1].number})

    assert await database.tasks.list_page(query, 2) == [tasks[0]]


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ({"owner": BEN}, ["given", "late"]),
        ({"creator": BEN}, ["late"]),
        ({"owner": BEN, "creator": ANA}, ["given"]),
        ({"status": TaskStatus.COMPLETED}, ["done"]),
        ({"status": TaskStatus.OPEN, "owner": ANA}, ["own"]),
        ({"due_after": LATER}, ["late"]),
        ({"due_before": LATER}, ["given"]),
        ({"due_after": NOW, "due_before": LATER + timedelta(seconds=1)}, ["given", "late"]),
    ],
    ids=str,
)
async def test_only_tasks_that_match_all_filters_are_listed(
    database: Database, wanted: dict[str, object], titles: list[str]
) -> None:
    await database.tasks.create(a_new_task(title="own"))
    await database.tasks.create(a_new_task(title="given", owner=BEN, due_at=NOW))
    await database.tasks.create(a_new_task(title="late", owner=BEN, creator=BEN, due_at=LATER))
    await _closed(database, title="done")

    found = await database.tasks.list_page(EVERYTHING.model_copy(update=wanted), 9)

    assert sorted(task.title for task in found) == titles


async def test_archived_tasks_stay_in_their_place(database: Database) -> None:
    old = await _closed(database)
    new = await database.tasks.create(a_new_task())
    await database.tasks.archive_closed(LATER, 9)

    assert await database.tasks.list_page(EVERYTHING, 9) == [new, old]


async def test_mixed_page_has_the_requested_length(database: Database) -> None:
    for _ in range(2):
        await _closed(database)
    await database.tasks.archive_closed(LATER, 9)
    new = [await database.tasks.create(a_new_task()) for _ in range(2)]

    assert await database.tasks.list_page(EVERYTHING, 2) == [new[1], new[0]]


async def test_task_archived_during_the_read_is_listed_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = await _closed(database)
    read = task_pages._find

    async def read_and_archive(
        collection: Collection, wanted: Document, limit: int
    ) -> dict[int, Document]:
        found = await read(collection, wanted, limit)
        await database.tasks.archive_closed(LATER, 9)
        return found

    monkeypatch.setattr(task_pages, "_find", read_and_archive)

    assert await database.tasks.list_page(EVERYTHING, 9) == [closed]


async def test_another_workspaces_tasks_are_never_listed(database: Database) -> None:
    await database.tasks.create(a_new_task(OTHER_TEAM))

    assert await database.tasks.list_page(EVERYTHING, 9) == []


async def test_each_task_is_listed_once_while_others_come_and_go(database: Database) -> None:
    before = await asyncio.gather(*(_closed(database) for _ in range(250)))
    stop = asyncio.Event()
    changing = asyncio.create_task(_change(database, stop))

    seen: list[int] = []
    query = EVERYTHING
    while page := await database.tasks.list_page(query, 10):
        seen += [task.number for task in page]
        query = query.model_copy(update={"below": seen[-1]})
    stop.set()
    await changing

    assert len(seen) == len(set(seen))
    assert {task.number for task in before} <= set(seen)


async def test_trail_is_read_in_parts(database: Database) -> None:
    task = await database.tasks.create(a_new_task())
    for progress in range(4):
        await database.tasks.apply(Changes(task).progressed(progress))

    events = await database.tasks.list_events(task.id, after=2, limit=2)

    assert [event.version for event in events] == [3, 4]


async def _change(database: Database, stop: asyncio.Event) -> None:
    """Create tasks and archive closed ones until told to stop."""
    while not stop.is_set():
        await database.tasks.create(a_new_task())
        await database.tasks.archive_closed(LATER, 10)


async def _closed(database: Database, title: str = "done") -> Task:
    task = await database.tasks.create(a_new_task(title=title))
    return (await database.tasks.apply(Changes(task).completed())).task
