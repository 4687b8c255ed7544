"""The task store returns what it stores, and keeps workspaces apart."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from relai_core.domain.decisions import ChangeRefusedError, RefusalReason
from relai_core.domain.ids import RelayId, TaskId
from relai_core.domain.relay import RelayEnd, RelayMode
from relai_core.domain.task import Task
from relai_core.errors import NotFoundError
from relai_core.store.database import Database
from tests.relai_core.builders import (
    ANA,
    BEN,
    CLEO,
    NOW,
    OTHER_TEAM,
    TEAM,
    Changes,
    a_new_task,
)

TOMORROW = NOW + timedelta(days=1)


async def test_a_created_task_is_found_by_its_id_and_by_its_number(database: Database) -> None:
    task = await database.tasks.create(a_new_task(owner=BEN, due_at=TOMORROW))

    assert await database.tasks.find(task.id) == task
    assert await database.tasks.find_by_number(TEAM, task.number) == task


async def test_unknown_ids_are_not_found(database: Database) -> None:
    assert await database.tasks.find(TaskId("T0001-nothing")) is None
    assert await database.tasks.find_by_number(TEAM, 1) is None
    assert await database.tasks.find_relay(RelayId("T0001-nothing")) is None
    assert await database.tasks.list_events(TaskId("T0001-nothing")) == []


async def test_each_workspace_counts_from_one(database: Database) -> None:
    numbers = [
        (await database.tasks.create(a_new_task(team))).number for team in (TEAM, TEAM, OTHER_TEAM)
    ]

    assert numbers == [1, 2, 1]


async def test_the_number_of_another_workspace_is_not_found(database: Database) -> None:
    task = await database.tasks.create(a_new_task())

    assert await database.tasks.find_by_number(OTHER_TEAM, task.number) is None


async def test_lists_show_only_the_workspace_asked_for(database: Database) -> None:
    """The same user id in another workspace is another person."""
    task = await database.tasks.create(a_new_task(owner=BEN))
    await database.tasks.apply(Changes(task).handed_over(CLEO, actor=BEN))

    assert await database.tasks.list_owned(OTHER_TEAM, CLEO, 10) == []
    assert await database.tasks.list_created(OTHER_TEAM, ANA, 10) == []
    assert await database.tasks.list_offered(OTHER_TEAM, CLEO, 10) == []


async def test_returned_times_equal_the_stored_ones(database: Database) -> None:
    """BSON keeps neither microseconds nor zones."""
    local = datetime(2026, 3, 4, 11, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=1)))
    created = await database.tasks.create(a_new_task(created_at=local, due_at=local))

    assert created.due_at == datetime(2026, 3, 4, 10, 0, 0, 123_000, tzinfo=UTC)
    found = await database.tasks.find(created.id)
    assert found is not None
    assert found.model_dump_json() == created.model_dump_json()


async def test_applied_change_returns_the_stored_task(database: Database) -> None:
    created = await database.tasks.create(a_new_task())
    late = NOW + timedelta(microseconds=1)

    applied = await database.tasks.apply(Changes(created, at=late).progressed(60))

    assert applied.task.progress == 60
    assert applied.task == await database.tasks.find(created.id)
    assert applied.event == (await database.tasks.list_events(created.id))[-1]


async def test_creation_is_the_first_line_of_the_trail(database: Database) -> None:
    new = a_new_task(owner=BEN)
    task = await database.tasks.create(new)

    [event] = await database.tasks.list_events(task.id)

    assert (event.id, event.kind, event.version) == (new.request_id, "created", 1)
    assert (event.actor, event.owner, event.at) == (ANA, BEN, NOW)


async def test_the_trail_is_in_order_and_without_gaps(database: Database) -> None:
    task = await database.tasks.create(a_new_task())
    for progress in range(12):
        await database.tasks.apply(Changes(task).progressed(progress))
    await database.tasks.apply(Changes(task).completed())

    events = await database.tasks.list_events(task.id)

    assert [event.version for event in events] == list(range(1, 15))
    assert events[-1].kind == "completed"


async def test_refused_change_stores_no_trace(database: Database) -> None:
    task = await database.tasks.create(a_new_task())

    with pytest.raises(ChangeRefusedError) as refused:
        await database.tasks.apply(Changes(task).progressed(50, actor=BEN))

    assert refused.value.reason is RefusalReason.NOT_THE_OWNER
    assert await database.tasks.find(task.id) == task
    assert len(await database.tasks.list_events(task.id)) == 1


async def test_change_of_an_unknown_task_is_not_found(database: Database) -> None:
    with pytest.raises(NotFoundError):
        await database.tasks.apply(Changes(a_new_task()).completed())


async def test_a_relay_is_kept_from_its_opening_to_its_end(database: Database) -> None:
    task = await database.tasks.create(a_new_task())
    opened = Changes(task).handed_over(BEN, note="you know the vendor")

    first = await database.tasks.apply(opened)
    assert await database.tasks.find_relay(opened.relay_id) == first.task.open_relay

    last = await database.tasks.apply(Changes(task).declined(opened, reason="on holiday"))
    relay = await database.tasks.find_relay(opened.relay_id)
    assert relay == last.task.relay
    assert relay is not None
    assert (relay.end, relay.reason) == (RelayEnd.DECLINED, "on holiday")


async def test_passing_a_task_on_keeps_both_relays(database: Database) -> None:
    """The first relay ends as accepted when Ben opens the second one."""
    task = await database.tasks.create(a_new_task())
    first, second = Changes(task).handed_over(BEN), Changes(task).handed_over(CLEO, actor=BEN)
    await database.tasks.apply(first)

    applied = await database.tasks.apply(second)

    ended = await database.tasks.find_relay(first.relay_id)
    assert ended is not None
    assert (ended.end, ended.ended_by) == (RelayEnd.ACCEPTED, BEN)
    assert await database.tasks.find_relay(second.relay_id) == applied.task.open_relay
    assert applied.event.settled == first.relay_id


async def test_owned_tasks_are_sorted_by_due_date(database: Database) -> None:
    never = await database.tasks.create(a_new_task())
    later = await database.tasks.create(a_new_task(due_at=NOW + timedelta(days=3)))
    never_either = await database.tasks.create(a_new_task())
    soon = await database.tasks.create(a_new_task(due_at=NOW + timedelta(days=1)))

    assert await database.tasks.list_owned(TEAM, ANA, 10) == [soon, later, never, never_either]
    assert await database.tasks.list_owned(TEAM, ANA, 2) == [soon, later]


async def test_closed_tasks_are_not_listed(database: Database) -> None:
    task = await database.tasks.create(a_new_task(owner=BEN))
    await database.tasks.apply(Changes(task).handed_over(CLEO, actor=BEN))
    await database.tasks.apply(Changes(task).completed(ANA))

    assert await database.tasks.list_owned(TEAM, CLEO, 10) == []
    assert await database.tasks.list_created(TEAM, ANA, 10) == []
    assert await database.tasks.list_offered(TEAM, CLEO, 10) == []


async def test_created_list_holds_tasks_of_other_owners(database: Database) -> None:
    await database.tasks.create(a_new_task())
    given = await database.tasks.create(a_new_task(owner=BEN))

    assert await database.tasks.list_created(TEAM, ANA, 10) == [given]


async def test_task_back_at_its_creator_leaves_the_list(database: Database) -> None:
    task = await database.tasks.create(a_new_task(owner=BEN))
    opened = Changes(task).handed_over(ANA, actor=BEN)
    await database.tasks.apply(opened)

    assert await database.tasks.list_created(TEAM, ANA, 10) == []


async def test_offered_tasks_are_sorted_by_answer_time(database: Database) -> None:
    by_noon = await _offered(database, NOW + timedelta(hours=2))
    at_once = await _offered(database, NOW + timedelta(minutes=10))

    assert await database.tasks.list_offered(TEAM, BEN, 10) == [at_once, by_noon]


async def test_an_answered_offer_is_no_longer_offered(database: Database) -> None:
    task = await database.tasks.create(a_new_task())
    opened = Changes(task).handed_over(BEN, mode=RelayMode.HANDSHAKE)
    await database.tasks.apply(opened)
    await database.tasks.apply(Changes(task).accepted(opened))

    assert await database.tasks.list_offered(TEAM, BEN, 10) == []


async def _offered(database: Database, answer_by: datetime) -> Task:
    task = await database.tasks.create(a_new_task())
    return (await database.tasks.apply(Changes(task).handed_over(BEN, answer_by=answer_by))).task
