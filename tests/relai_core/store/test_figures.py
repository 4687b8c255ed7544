"""Counts by state, of one workspace."""

from datetime import timedelta

from relai_core.domain.figures import Figures
from relai_core.domain.ids import RelayId, TeamId
from relai_core.domain.notice import Notice, NoticeKind, NoticeState
from relai_core.domain.relay import RelayEnd
from relai_core.store.database import Database
from tests.relai_core.builders import ANA, NOW, OTHER_TEAM, TEAM, Changes, a_new_task

SOON = NOW + timedelta(hours=1)
NOTHING = Figures(open_tasks={}, overdue=0, relays={}, notices={})


async def test_empty_workspace_counts_zero(database: Database) -> None:
    assert await database.figures.count(TEAM, NOW) == NOTHING


async def test_entries_are_counted_by_state(database: Database) -> None:
    await database.tasks.create(a_new_task(due_at=NOW))
    await database.tasks.create(a_new_task(due_at=SOON))
    offered = await database.tasks.create(a_new_task())
    await database.tasks.apply(Changes(offered).handed_over())
    declined = await database.tasks.create(a_new_task())
    opened = Changes(declined).handed_over()
    await database.tasks.apply(opened)
    await database.tasks.apply(Changes(declined).declined(opened))
    await database.tasks.apply(Changes(declined).completed())
    await database.notices.plan(_notice("1"), NOW)
    await database.notices.plan(_notice("2"), NOW)
    await database.notices.settle(_notice("2").key, NoticeState.SENT, at=NOW)

    assert await database.figures.count(TEAM, SOON) == Figures(
        open_tasks={"held": 2, "offered": 1},
        overdue=1,
        relays={"open": 1, RelayEnd.DECLINED: 1},
        notices={NoticeState.PLANNED: 1, NoticeState.SENT: 1},
    )


async def test_other_workspaces_are_not_counted(database: Database) -> None:
    offered = await database.tasks.create(a_new_task(OTHER_TEAM, due_at=NOW))
    relay_id = RelayId(f"{OTHER_TEAM}-relay")
    await database.tasks.apply(Changes(offered).handed_over(relay_id=relay_id))
    await database.notices.plan(_notice("1", OTHER_TEAM), NOW)

    assert await database.figures.count(TEAM, SOON) == NOTHING


def _notice(moment: str, team: TeamId = TEAM) -> Notice:
    return Notice(
        team_id=team,
        kind=NoticeKind.WELCOME,
        moment=moment,
        planned_at=NOW,
        recipient=ANA,
    )
