"""Counts of every workspace, and trails, each of one instant while others write."""

import asyncio
from datetime import timedelta

from relai_core.domain.notice import Notice, NoticeKind, NoticeState
from relai_core.domain.relay import RelayEnd
from relai_core.domain.trail import flaws
from relai_core.store.database import Database
from tests.relai_core.builders import ANA, BEN, NOW, OTHER_TEAM, TEAM, Changes, a_new_task

LATER = NOW + timedelta(days=1)


async def test_workspaces_are_counted_apart(database: Database) -> None:
    await database.tasks.create(a_new_task())
    done = await database.tasks.create(a_new_task(OTHER_TEAM))
    await database.tasks.apply(Changes(done).completed())

    counted = await database.audit.count(NOW)

    assert counted[TEAM].tasks == {"open": 1}
    assert counted[OTHER_TEAM].tasks == {"completed": 1}


async def test_each_is_counted_by_its_state(database: Database) -> None:
    offered = await database.tasks.create(a_new_task())
    await database.tasks.apply(Changes(offered).handed_over())
    declined = await database.tasks.create(a_new_task())
    opened = Changes(declined).handed_over()
    await database.tasks.apply(opened)
    await database.tasks.apply(Changes(declined).declined(opened))
    notice = Notice(
        team_id=TEAM, kind=NoticeKind.WELCOME, moment="1", planned_at=NOW, recipient=ANA
    )
    await database.notices.plan(notice, NOW)

    counted = (await database.audit.count(LATER))[TEAM]

    assert (counted.created, counted.opened, counted.still_open, counted.in_limbo) == (2, 2, 1, 1)
    assert counted.ended == {RelayEnd.DECLINED: 1}
    assert counted.notices == {NoticeState.PLANNED: 1}
    assert counted.has_every_task
    assert counted.has_every_relay


async def test_an_archived_task_is_counted_once_and_keeps_its_trail(database: Database) -> None:
    task = await database.tasks.create(a_new_task())
    await database.tasks.apply(Changes(task).completed())
    await database.tasks.archive_closed(LATER, 10)

    counted = (await database.audit.count(NOW))[TEAM]

    assert counted.tasks == {"archived": 1}
    assert counted.has_every_task
    assert [trail.task_id async for trail in database.audit.trails()] == [task.id]


async def test_no_trail_seems_broken_while_its_task_moves(database: Database) -> None:
    """Both are read at one instant; one after the other would not fit together."""
    tasks = [await database.tasks.create(a_new_task()) for _ in range(3)]
    moving = asyncio.create_task(_pass_round(database, [task.id for task in tasks]))

    looks = 0
    while not moving.done():
        broken = [flaws(trail) async for trail in database.audit.trails() if flaws(trail)]
        assert broken == []
        looks += 1

    await moving
    assert looks > 1


async def test_no_sum_seems_wrong_while_tasks_come(database: Database) -> None:
    coming = asyncio.create_task(_come(database))

    while not coming.done():
        counted = await database.audit.count(NOW)
        assert all(census.has_every_task for census in counted.values())

    await coming


async def test_of_two_lists_the_known_is_told_from_the_unknown(database: Database) -> None:
    notice = Notice(
        team_id=TEAM, kind=NoticeKind.WELCOME, moment="1", planned_at=NOW, recipient=ANA
    )
    unknown = notice.model_copy(update={"moment": "2"})
    await database.notices.plan(notice, NOW)

    assert await database.audit.known_notices([notice.key, unknown.key]) == {notice.key}
    assert await database.audit.find_notice(unknown.key) is None


async def _pass_round(database: Database, task_ids: list[str]) -> None:
    tasks = [await database.tasks.find(each) for each in task_ids]  # type: ignore[arg-type]
    for _ in range(15):
        for task in tasks:
            assert task is not None
            changes = Changes(task)
            opened = changes.handed_over()
            await database.tasks.apply(opened)
            await database.tasks.apply(changes.declined(opened, BEN))


async def _come(database: Database) -> None:
    for _ in range(40):
        await database.tasks.create(a_new_task())
