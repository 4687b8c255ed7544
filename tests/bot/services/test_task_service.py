"""Use cases of single tasks."""

from datetime import timedelta

import pytest

from bot.commands import CreateTask
from bot.services.task_service import TaskService
from bot.services.temporal_service import lifecycle_id
from bot.services.user_service import UserService
from relai_core.domain.decisions import ChangeRefusedError, RefusalReason
from relai_core.domain.task import DESCRIPTION_LIMIT, TITLE_LIMIT, Task
from relai_core.domain.user import User
from relai_core.errors import InvalidInputError, NotAllowedError, NotFoundError
from tests.bot.people import DEACTIVATED, GUEST, OUTSIDER, ROBOT, a_person
from tests.fakes import FakeDirectory, FakeGateway, FakeTaskStore, FakeUserStore
from tests.relai_core.builders import (
    ANA,
    BEN,
    CLEO,
    NOW,
    OTHER_TEAM,
    Changes,
    a_request,
    a_task,
    after,
)


class ServiceHarness:
    """The service over a store and a gateway in memory."""

    def __init__(self, *tasks: Task) -> None:
        self.store = FakeTaskStore(*tasks)
        self.gateway = FakeGateway(self.store)
        directory = FakeDirectory(GUEST, DEACTIVATED, ROBOT, OUTSIDER)
        users = UserService(directory, FakeUserStore(), self.gateway)
        self.tasks = TaskService(self.store, users, self.gateway, now=lambda: NOW)


ana, ben, cleo = a_person(ANA), a_person(BEN), a_person(CLEO)


async def test_owner_defaults_to_the_creator() -> None:
    harness = ServiceHarness()

    task = await harness.tasks.create(CreateTask("Renew"), creator=ana, request=a_request())

    assert task is not None
    assert (task.title, task.owner, task.creator) == ("Renew", ANA, ANA)


async def test_repeated_request_creates_one_task() -> None:
    harness, request = ServiceHarness(), a_request()

    first = await harness.tasks.create(CreateTask("Renew"), creator=ana, request=request)
    second = await harness.tasks.create(CreateTask("Renew"), creator=ana, request=request)

    assert first == second
    assert len(harness.store.tasks) == 1


async def test_repeat_after_the_end_returns_the_task() -> None:
    harness, request = ServiceHarness(), a_request()
    first = await harness.tasks.create(CreateTask("Renew"), creator=ana, request=request)
    assert first is not None
    harness.gateway.ended.add(lifecycle_id(first.id))

    assert await harness.tasks.create(CreateTask("Renew"), creator=ana, request=request) == first


async def test_task_is_saved_without_a_worker() -> None:
    harness = ServiceHarness()
    harness.gateway.has_worker = False

    assert await harness.tasks.create(CreateTask("Renew"), creator=ana, request=a_request()) is None
    assert len(harness.gateway.asked) == 1


@pytest.mark.parametrize(
    ("owner", "why"),
    [
        (GUEST, "Gus Guest is a guest"),
        (DEACTIVATED, "Deb Gone has been deactivated"),
        (ROBOT, "Build Bot is a bot"),
        (OUTSIDER, "Otto Other belongs to another company"),
    ],
)
async def test_ineligible_owner_is_refused(owner: User, why: str) -> None:
    harness = ServiceHarness()

    with pytest.raises(NotAllowedError, match=why):
        await harness.tasks.create(
            CreateTask("Renew", owner=owner.id), creator=ana, request=a_request()
        )

    assert harness.gateway.asked == []


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (CreateTask(""), "title"),
        (CreateTask("x" * (TITLE_LIMIT + 1)), "title"),
        (CreateTask("Renew", description="x" * (DESCRIPTION_LIMIT + 1)), "description"),
        (CreateTask("Renew", due_at=NOW), "due"),
        (CreateTask("Renew", due_at=NOW - timedelta(days=1)), "due"),
        (CreateTask("Renew", due_at=NOW + timedelta(days=4000)), "due"),
    ],
)
async def test_invalid_input_names_its_field(wish: CreateTask, field: str) -> None:
    harness = ServiceHarness()

    with pytest.raises(InvalidInputError) as caught:
        await harness.tasks.create(wish, creator=ana, request=a_request())

    assert caught.value.field == field
    assert harness.gateway.asked == []


async def test_longest_title_is_accepted() -> None:
    harness = ServiceHarness()
    wish = CreateTask("x" * TITLE_LIMIT, due_at=NOW + timedelta(seconds=1))

    assert await harness.tasks.create(wish, creator=ana, request=a_request()) is not None


async def test_completing_a_closed_task_names_its_closer() -> None:
    task = a_task()
    done = after(task, Changes(task).completed())
    harness = ServiceHarness(done)
    harness.gateway.ended.add(lifecycle_id(task.id))

    with pytest.raises(ChangeRefusedError) as caught:
        await harness.tasks.complete(task.id, actor=ana, request=a_request())

    assert caught.value.reason is RefusalReason.TASK_CLOSED
    assert caught.value.task.closed_by == ANA


async def test_repeated_completion_succeeds() -> None:
    task, request = a_task(), a_request()
    harness = ServiceHarness(task)
    done = await harness.tasks.complete(task.id, actor=ana, request=request)
    harness.gateway.ended.add(lifecycle_id(task.id))

    assert await harness.tasks.complete(task.id, actor=ana, request=request) == done


async def test_only_open_task_is_completed_without_a_number() -> None:
    mine, closed = a_task(1), a_task(2)
    harness = ServiceHarness(mine, a_task(3, owner=BEN), after(closed, Changes(closed).completed()))

    done = await harness.tasks.complete_meant(None, actor=ana, request=a_request())

    assert done is not None
    assert done.id == mine.id


async def test_several_open_tasks_are_listed_up_to_five() -> None:
    harness = ServiceHarness(*(a_task(number, title=f"Task {number}") for number in range(1, 8)))

    with pytest.raises(InvalidInputError) as caught:
        await harness.tasks.complete_meant(None, actor=ana, request=a_request())

    text = str(caught.value)
    assert "T-5 Task 5" in text
    assert "T-6" not in text
    assert "/task list" in text


async def test_missing_open_task_is_reported() -> None:
    with pytest.raises(InvalidInputError, match="no open task"):
        await ServiceHarness().tasks.complete_meant(None, actor=ana, request=a_request())


async def test_only_the_owner_reports_progress() -> None:
    task = a_task(owner=BEN)
    harness = ServiceHarness(task)

    with pytest.raises(ChangeRefusedError) as caught:
        await harness.tasks.report_progress(42, 60, actor=ana, request=a_request())
    reported = await harness.tasks.report_progress(42, 60, actor=ben, request=a_request())

    assert caught.value.reason is RefusalReason.NOT_THE_OWNER
    assert reported is not None
    assert reported.progress == 60


@pytest.mark.parametrize("progress", [-1, 101])
async def test_progress_lies_between_0_and_100(progress: int) -> None:
    with pytest.raises(InvalidInputError):
        await ServiceHarness(a_task()).tasks.report_progress(
            42, progress, actor=ana, request=a_request()
        )


async def test_task_of_another_workspace_is_not_found() -> None:
    theirs = a_task(team=OTHER_TEAM)
    harness = ServiceHarness(theirs)

    with pytest.raises(NotFoundError):
        await harness.tasks.complete(theirs.id, actor=ana, request=a_request())
    with pytest.raises(NotFoundError):
        await harness.tasks.get(42, viewer=ana)

    assert harness.gateway.asked == []


async def test_list_shows_offered_owned_and_created_tasks() -> None:
    own, given, offered = a_task(1), a_task(2, owner=BEN), a_task(3, creator=CLEO, owner=CLEO)
    offered = after(offered, Changes(offered).handed_over(ANA, CLEO))
    harness = ServiceHarness(own, given, offered)

    lists = await harness.tasks.list_for(ana)

    assert [task.number for task in lists.offered] == [3]
    assert [task.number for task in lists.owned] == [1, 3]
    assert [task.number for task in lists.created] == [2]
