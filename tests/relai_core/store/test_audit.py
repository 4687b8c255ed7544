"""Counts of every workspace."""

from datetime import timedelta

from relai_core.domain.notice import Notice, NoticeKind
from relai_core.store.database import Database
from tests.relai_core.builders import ANA, NOW, OTHER_TEAM, TEAM, Changes, a_new_task


async def test_workspaces_are_counted_by_state(database: Database) -> None:
    offered = await database.tasks.create(a_new_task())
    await database.tasks.apply(Changes(offered).handed_over())
    declined = await database.tasks.create(a_new_task())
    opened = Changes(declined).handed_over()
    await database.tasks.apply(opened)
    await database.tasks.apply(Changes(declined).declined(opened))
    await database.tasks.create(a_new_task(OTHER_TEAM))
    notice = Notice(
        team_id=TEAM, kind=NoticeKind.WELCOME, moment="1", planned_at=NOW, recipient=ANA
    )
    await database.notices.plan(notice, NOW)

    assert await database.audit.count() == {
        TEAM: {
            "tasks": {"open": 2},
            "relays": {"open": 1, "declined": 1},
            "notices": {"planned": 1},
        },
        OTHER_TEAM: {"tasks": {"open": 1}},
    }


async def test_archived_task_is_counted_once(database: Database) -> None:
    task = await database.tasks.create(a_new_task())
    await database.tasks.apply(Changes(task).completed())
    await database.tasks.archive_closed(NOW + timedelta(days=1), 10)

    assert await database.audit.count() == {TEAM: {"tasks": {"archived": 1}}}
    assert await database.audit.known_tasks([task.id]) == {task.id}
