"""The use cases of single tasks."""

from datetime import timedelta

import pytest

from bot.commands import CreateTask
from bot.services.task_service import TaskService
from bot.services.temporal_service import lifecycle_id
from bot.services.user_service import UserService
from relai_core.domain.decisions import ChangeRefusedError, RefusalReason
from relai_core.domain.task import DESCRIPTION_LIMIT, TITLE_LIMIT, Task, TaskStatus
from relai_core.domain.user import User
from relai_core.errors import InvalidInputError, NotAllowedError, NotFoundError, UnavailableError
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


class ApiHarness:
    """The service over a store and a gateway in memory."""

    def __init__(self, *tasks: Task) -> None:
        self.store = FakeTaskStore(*tasks)
        self.gateway = FakeGateway(self.store)
        directory = FakeDirectory(GUEST, DEACTIVATED, ROBOT, OUTSIDER)
        users = UserService(directory, FakeUserStore(), self.gateway)
        self.tasks = TaskService(self.store, users, self.gateway, now=lambda: NOW)


ana, ben, cleo = a_person(ANA), a_person(BEN), a_person(CLEO)


async def test_a_task_without_an_owner_is_the_creators_own() -> None:
    api = ApiHarness()

    task = await api.tasks.create(CreateTask("Renew"), creator=ana, request=a_request())

    assert task is not None
    assert (task.title, task.owner, task.creator) == ("Renew", ANA, ANA)


async def test_the_same_request_twice_is_one_task() -> None:
    api, request = ApiHarness(), a_request()

    first = await api.tasks.create(CreateTask("Renew"), creator=ana, request=request)
    second = await api.tasks.create(CreateTask("Renew"), creator=ana, request=request)

    assert first == second
    assert len(api.store.tasks) == 1


async def test_a_repeat_after_the_task_has_ended_shows_that_task() -> None:
    api, request = ApiHarness(), a_request()
    first = await api.tasks.create(CreateTask("Renew"), creator=ana, request=request)
    assert first is not None
    api.gateway.ended.add(lifecycle_id(first.id))

    assert await api.tasks.create(CreateTask("Renew"), creator=ana, request=request) == first


async def test_without_a_worker_a_task_is_saved_and_its_outcome_follows() -> None:
    api = ApiHarness()
    api.gateway.has_worker = False

    assert await api.tasks.create(CreateTask("Renew"), creator=ana, request=a_request()) is None
    assert len(api.gateway.asked) == 1


@pytest.mark.parametrize(
    ("owner", "why"),
    [
        (GUEST, "Gus Guest is a guest"),
        (DEACTIVATED, "Deb Gone has been deactivated"),
        (ROBOT, "Build Bot is a bot"),
        (OUTSIDER, "Otto Other belongs to another company"),
    ],
)
async def test_who_cannot_hold_a_task_is_named_with_the_reason(owner: User, why: str) -> None:
    api = ApiHarness()

    with pytest.raises(NotAllowedError, match=why):
        await api.tasks.create(
            CreateTask("Renew", owner=owner.id), creator=ana, request=a_request()
        )

    assert api.gateway.asked == []


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
async def test_input_that_cannot_be_used_names_its_field(wish: CreateTask, field: str) -> None:
    api = ApiHarness()

    with pytest.raises(InvalidInputError) as caught:
        await api.tasks.create(wish, creator=ana, request=a_request())

    assert caught.value.field == field
    assert api.gateway.asked == []


async def test_a_title_that_just_fits_is_taken() -> None:
    api = ApiHarness()
    wish = CreateTask("x" * TITLE_LIMIT, due_at=NOW + timedelta(seconds=1))

    assert await api.tasks.create(wish, creator=ana, request=a_request()) is not None


@pytest.mark.parametrize("actor", [ana, ben], ids=["creator", "owner"])
async def test_creator_and_owner_can_complete_a_task(actor: User) -> None:
    task = a_task(owner=BEN)
    api = ApiHarness(task)

    done = await api.tasks.complete(task.id, actor=actor, request=a_request())

    assert done is not None
    assert (done.status, done.closed_by) == (TaskStatus.COMPLETED, actor.id)


async def test_a_colleague_cannot_complete_a_task() -> None:
    task = a_task()
    api = ApiHarness(task)

    with pytest.raises(ChangeRefusedError) as caught:
        await api.tasks.complete(task.id, actor=cleo, request=a_request())

    assert caught.value.reason is RefusalReason.NOT_INVOLVED
    assert api.store.tasks[task.id].is_open


async def test_completing_a_closed_task_tells_who_did_it() -> None:
    task = a_task()
    done = after(task, Changes(task).completed())
    api = ApiHarness(done)
    api.gateway.ended.add(lifecycle_id(task.id))

    with pytest.raises(ChangeRefusedError) as caught:
        await api.tasks.complete(task.id, actor=ana, request=a_request())

    assert caught.value.reason is RefusalReason.TASK_CLOSED
    assert caught.value.task.closed_by == ANA


async def test_a_repeat_of_the_request_that_completed_a_task_succeeds() -> None:
    task, request = a_task(), a_request()
    api = ApiHarness(task)
    done = await api.tasks.complete(task.id, actor=ana, request=request)
    api.gateway.ended.add(lifecycle_id(task.id))

    assert await api.tasks.complete(task.id, actor=ana, request=request) == done


async def test_without_a_number_the_only_open_task_is_meant() -> None:
    mine, closed = a_task(1), a_task(2)
    api = ApiHarness(mine, a_task(3, owner=BEN), after(closed, Changes(closed).completed()))

    done = await api.tasks.complete_meant(None, actor=ana, request=a_request())

    assert done is not None
    assert done.id == mine.id


async def test_without_a_number_several_tasks_are_listed_up_to_five() -> None:
    api = ApiHarness(*(a_task(number, title=f"Task {number}") for number in range(1, 8)))

    with pytest.raises(InvalidInputError) as caught:
        await api.tasks.complete_meant(None, actor=ana, request=a_request())

    text = str(caught.value)
    assert "T-5 Task 5" in text
    assert "T-6" not in text
    assert "/task list" in text


async def test_without_any_task_that_is_said() -> None:
    with pytest.raises(InvalidInputError, match="no open task"):
        await ApiHarness().tasks.complete_meant(None, actor=ana, request=a_request())


async def test_only_the_owner_reports_progress() -> None:
    task = a_task(owner=BEN)
    api = ApiHarness(task)

    with pytest.raises(ChangeRefusedError) as caught:
        await api.tasks.report_progress(42, 60, actor=ana, request=a_request())
    reported = await api.tasks.report_progress(42, 60, actor=ben, request=a_request())

    assert caught.value.reason is RefusalReason.NOT_THE_OWNER
    assert reported is not None
    assert reported.progress == 60


@pytest.mark.parametrize("progress", [-1, 101])
async def test_progress_lies_between_0_and_100(progress: int) -> None:
    with pytest.raises(InvalidInputError):
        await ApiHarness(a_task()).tasks.report_progress(
            42, progress, actor=ana, request=a_request()
        )


async def test_another_workspaces_task_does_not_exist() -> None:
    theirs = a_task(team=OTHER_TEAM)
    api = ApiHarness(theirs)

    with pytest.raises(NotFoundError):
        await api.tasks.complete(theirs.id, actor=ana, request=a_request())
    with pytest.raises(NotFoundError):
        await api.tasks.get(42, viewer=ana)

    assert api.gateway.asked == []


async def test_a_list_has_what_is_offered_owned_and_given_away() -> None:
    own, given, offered = a_task(1), a_task(2, owner=BEN), a_task(3, creator=CLEO, owner=CLEO)
    offered = after(offered, Changes(offered).handed_over(ANA, CLEO))
    api = ApiHarness(own, given, offered)

    lists = await api.tasks.list_for(ana)

    assert [task.number for task in lists.offered] == [3]
    assert [task.number for task in lists.owned] == [1, 3]
    assert [task.number for task in lists.created] == [2]


async def test_what_could_not_be_saved_is_not_said_to_be() -> None:
    api = ApiHarness()
    api.gateway.failure = UnavailableError("Temporal")

    with pytest.raises(UnavailableError):
        await api.tasks.create(CreateTask("Renew"), creator=ana, request=a_request())
