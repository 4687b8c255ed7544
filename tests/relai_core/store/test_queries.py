"""Every query reads by an index, and no more documents than it returns.

MongoDB's profiler records the operations of the stores.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient
from pymongo.database import Database as RawDatabase

from devstack.mongo_server import MongoServer
from relai_core.domain.changes import TaskEvent
from relai_core.domain.ids import ChannelId, RelayId, RequestId, SlackUserId
from relai_core.domain.notice import Notice, NoticeKind, NoticeRow, NoticeState
from relai_core.domain.task import Task, TaskStatus
from relai_core.domain.task_query import TaskQuery
from relai_core.domain.user import User
from relai_core.store.connection import Connection, Document
from relai_core.store.database import Database
from relai_core.store.documents import to_document
from relai_core.store.tasks import task_document
from tests.relai_activities.mongo import TIMEOUT
from tests.relai_core.builders import (
    NOW,
    OTHER_TEAM,
    TEAM,
    Changes,
    a_new_task,
    a_request,
    a_task,
    after,
)

PEOPLE = [SlackUserId(f"U{number:04}") for number in range(10)]
ME, YOU = PEOPLE[0], PEOPLE[1]
DM = ChannelId("D0001")
CROWD = 4000
LATER = NOW + timedelta(days=30)
DUE: list[dict[str, Any]] = [{}, {"due_after": LATER}, {"due_after": NOW, "due_before": LATER}]

Use = Callable[[Database, Task], Awaitable[object]]

QUERIES: dict[str, tuple[Use, int]] = {
    "find": (lambda db, task: db.tasks.find(task.id), 1),
    "find_by_number": (lambda db, task: db.tasks.find_by_number(TEAM, task.number), 1),
    "find an archived task": (lambda db, task: db.tasks.find_by_number(TEAM, CROWD + 10), 1),
    "list_owned": (lambda db, task: db.tasks.list_owned(TEAM, ME, 20), 20),
    "list_created": (lambda db, task: db.tasks.list_created(TEAM, ME, 20), 20),
    "list_offered": (lambda db, task: db.tasks.list_offered(TEAM, ME, 20), 20),
    "find_relay": (lambda db, task: db.tasks.find_relay(RelayId("relay-7")), 1),
    "list_events": (lambda db, task: db.tasks.list_events(task.id), 2),
    "list_events beyond a version": (
        lambda db, task: db.tasks.list_events(task.id, after=7, limit=1),
        1,
    ),
    "find_event": (lambda db, task: db.tasks.find_event(RequestId("none")), 0),
    "find user": (lambda db, task: db.users.find(TEAM, ME), 1),
    "list_page": (lambda db, task: db.tasks.list_page(TaskQuery(team_id=TEAM), 20), 40),
    "list_page of an owner": (
        lambda db, task: db.tasks.list_page(TaskQuery(team_id=TEAM, owner=ME, below=9000), 20),
        40,
    ),
    "list_page of a creator": (
        lambda db, task: db.tasks.list_page(TaskQuery(team_id=TEAM, creator=ME), 20),
        40,
    ),
    "list_page of a status": (
        lambda db, task: db.tasks.list_page(
            TaskQuery(team_id=TEAM, status=TaskStatus.COMPLETED), 20
        ),
        40,
    ),
    "list_page of open ones": (
        lambda db, task: db.tasks.list_page(TaskQuery(team_id=TEAM, status=TaskStatus.OPEN), 20),
        20,
    ),
    "list_page of people": (lambda db, task: db.users.list_page(TEAM, after=ME, limit=20), 20),
    "list_live_cards": (lambda db, task: db.notices.list_live_cards(task.id), 1),
}
"""A call of each query and the number of documents read; a page reads two collections."""

WRITES: dict[str, Use] = {
    "create": lambda db, task: db.tasks.create(a_new_task()),
    "apply": lambda db, task: db.tasks.apply(Changes(task).handed_over(YOU, actor=task.owner)),
    "archive_closed": lambda db, task: db.tasks.archive_closed(LATER, 10),
    "put user": lambda db, task: db.users.put(_user(ME)),
    "plan": lambda db, task: db.notices.plan(_row(task, 0).notice, NOW),
    "take_turn": lambda db, task: db.notices.take_turn(
        _row(task, 0).key, DM, at=NOW, every=timedelta(seconds=1)
    ),
    "claim_call": lambda db, task: db.notices.claim_call(DM, "me", at_most=timedelta(seconds=1)),
    "end_call": lambda db, task: db.notices.end_call(DM, "me", rest=timedelta(seconds=1)),
    "mark_attempt": lambda db, task: db.notices.mark_attempt(_row(task, 0), DM, NOW),
    "clear_attempt": lambda db, task: db.notices.clear_attempt(_row(task, 0)),
    "settle": lambda db, task: db.notices.settle(_row(task, 0).key, NoticeState.SENT, at=NOW),
    "retire_card": lambda db, task: db.notices.retire_card(_row(task, 1).key),
}


@pytest.fixture(scope="module")
def crowd(mongo_server: MongoServer) -> Iterator[tuple[RawDatabase[Document], list[Task]]]:
    """A database with thousands of tasks, events, notices and people, and its open tasks."""
    with MongoClient[Document](mongo_server.uri) as client:
        raw = client[f"crowd_{uuid4().hex}"]
        tasks = [_task(number) for number in range(1, CROWD + 1)]
        _fill(raw, tasks)
        yield raw, [task for task in tasks if task.is_open and task.team_id == TEAM]
        client.drop_database(raw.name)


@pytest.fixture
async def crowded(
    mongo_server: MongoServer, crowd: tuple[RawDatabase[Document], list[Task]]
) -> AsyncIterator[Database]:
    opened = Database(Connection(mongo_server.uri, crowd[0].name, TIMEOUT))
    await opened.ensure_indexes()
    yield opened
    opened.close()


@pytest.mark.parametrize("query", QUERIES)
async def test_a_query_reads_no_more_than_it_returns(
    query: str, crowd: tuple[RawDatabase[Document], list[Task]], crowded: Database
) -> None:
    raw, open_tasks = crowd
    use, returned = QUERIES[query]

    operations = await _profiled(raw, use(crowded, open_tasks[0]))

    assert sum(operation["nreturned"] for operation in operations) == returned
    assert sum(operation["docsExamined"] for operation in operations) == returned
    _assert_by_index(operations)


async def test_no_filter_combination_scans_or_sorts_in_memory(
    crowd: tuple[RawDatabase[Document], list[Task]], crowded: Database
) -> None:
    """A rare combination may read more tasks than it returns, but in their order."""
    queries = [
        TaskQuery(team_id=TEAM, owner=owner, creator=creator, status=status, **due, below=below)
        for owner, creator, status, due, below in product(
            (None, ME), (None, YOU), (None, *TaskStatus), DUE, (None, CROWD // 2)
        )
    ]

    async def list_all() -> None:
        for query in queries:
            await crowded.tasks.list_page(query, 20)

    operations = await _profiled(crowd[0], list_all())

    assert len(operations) >= len(queries)
    _assert_by_index(operations)


@pytest.mark.parametrize("write", WRITES)
async def test_a_write_searches_by_index(
    write: str, crowd: tuple[RawDatabase[Document], list[Task]], crowded: Database
) -> None:
    raw, open_tasks = crowd
    # Each write takes a task of its own.
    operations = await _profiled(raw, WRITES[write](crowded, open_tasks.pop()))

    _assert_by_index(operations)
    # Only archiving touches more than one document at a time.
    most = 10 if write == "archive_closed" else 1
    assert max(operation["docsExamined"] for operation in operations) <= most


async def test_every_index_is_used_by_some_query(
    crowd: tuple[RawDatabase[Document], list[Task]], crowded: Database
) -> None:
    raw, open_tasks = crowd
    uses = [use for use, _ in QUERIES.values()] + [WRITES["archive_closed"], _count]
    operations = [
        operation for use in uses for operation in await _profiled(raw, use(crowded, open_tasks[0]))
    ]

    walked = {_walked_keys(operation) for operation in operations}

    indexes = [index for name in _collections(raw) for index in raw[name].list_indexes()]
    searched = [index for index in indexes if "expireAfterSeconds" not in index]
    assert {tuple(index["key"]) for index in searched} - {("_id",)} <= walked


async def test_figures_are_counted_from_indexes_only(
    crowd: tuple[RawDatabase[Document], list[Task]], crowded: Database
) -> None:
    raw, open_tasks = crowd

    operations = await _profiled(raw, _count(crowded, open_tasks[0]))

    assert len(operations) == 3
    assert sum(operation["docsExamined"] for operation in operations) == 0
    _assert_by_index(operations)


async def _count(database: Database, _: Task) -> object:
    return await database.figures.count(TEAM, NOW)


async def _profiled(raw: RawDatabase[Document], use: Awaitable[object]) -> list[Document]:
    """Run `use` and return the profiler's entries of its searches."""
    raw.command("profile", 0)
    raw["system.profile"].drop()
    raw.command("profile", 2)
    await use
    raw.command("profile", 0)
    noted = list(raw["system.profile"].find({"planSummary": {"$exists": True}, "appName": "relai"}))
    assert noted, "the profiler saw no search"
    return [{"nreturned": 0, "docsExamined": 0} | operation for operation in noted]


def _assert_by_index(operations: list[Document]) -> None:
    for operation in operations:
        assert "COLLSCAN" not in operation["planSummary"], operation
        assert not operation.get("hasSortStage"), operation


def _walked_keys(operation: Document) -> tuple[str, ...]:
    """`IXSCAN { team_id: 1, number: 1 }` as ("team_id", "number")."""
    _, _, pattern = operation["planSummary"].partition("{")
    return tuple(key.split(":")[0].strip() for key in pattern.rstrip(" }").split(","))


def _collections(raw: RawDatabase[Document]) -> list[str]:
    return [name for name in raw.list_collection_names() if not name.startswith("system.")]


def _fill(raw: RawDatabase[Document], tasks: list[Task]) -> None:
    raw.tasks.insert_many(task_document(task) for task in tasks)
    raw.tasks_archive.insert_many(
        task_document(_task(number)) for number in range(CROWD + 1, 2 * CROWD)
    )
    raw.task_events.insert_many(to_document(_event(task, n)) for task in tasks for n in (8, 9))
    raw.notices.insert_many(
        to_document(_row(task, n), key="key") for task in tasks for n in range(2)
    )
    raw.relays.insert_many({**to_document(_relay()), "_id": f"relay-{n}"} for n in range(CROWD))
    raw.users.insert_many(
        {**to_document(_user(SlackUserId(f"U{n:04}"))), "_id": f"{TEAM}:U{n:04}"}
        for n in range(CROWD)
    )


def _task(number: int) -> Task:
    """Return a task of a mixture in which half are closed and a third are handed over."""
    owner = PEOPLE[number // 6 % 10]
    creator = owner if number % 5 == 0 else PEOPLE[number // 60 % 10]
    due_at = None if number % 7 == 0 else NOW + timedelta(hours=number * 7919 % 1000)
    team = OTHER_TEAM if number % 4 == 1 else TEAM
    task = a_task(number, team=team, owner=owner, creator=creator, due_at=due_at)
    if number % 3 == 0:
        to = PEOPLE[number % 10]
        answer_by = NOW + timedelta(minutes=number * 7919 % 1000)
        if to != owner:
            task = after(task, Changes(task).handed_over(to, actor=owner, answer_by=answer_by))
    closes = number % 2 == 1
    return after(task, Changes(task).completed(task.creator)) if closes else task


def _event(task: Task, version: int) -> TaskEvent:
    return TaskEvent(
        id=a_request(),
        task_id=task.id,
        version=version,
        kind="progressed",
        actor=task.owner,
        owner=task.owner,
        at=NOW,
    )


def _relay() -> Any:
    task = a_task()
    return after(task, Changes(task).handed_over()).relay


def _row(task: Task, live: int) -> NoticeRow:
    notice = Notice(
        team_id=task.team_id,
        kind=NoticeKind.TASK_ASSIGNED,
        moment=f"moment-{live}",
        planned_at=NOW,
        recipient=task.owner,
        task_id=task.id,
    )
    return NoticeRow(key=notice.key, notice=notice, live=bool(live), created_at=NOW)


def _user(user_id: SlackUserId) -> User:
    return User(team_id=TEAM, id=user_id, name="someone", refreshed_at=NOW)
