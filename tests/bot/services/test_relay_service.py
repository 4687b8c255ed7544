"""Use cases of hand-overs."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot.commands import RelayTask
from bot.services.relay_answer_service import RelayAnswerService
from bot.services.relay_service import RelayService
from bot.services.temporal_service import lifecycle_id, relay_workflow_id
from bot.services.user_service import UserService
from relai_core.domain.decisions import ChangeRefusedError, RefusalReason
from relai_core.domain.ids import RelayId, RequestId, TaskId, TeamId, relay_id
from relai_core.domain.relay import NOTE_LIMIT, RelayEnd, RelayMode
from relai_core.domain.task import Task
from relai_core.domain.user import User
from relai_core.errors import InvalidInputError, NotAllowedError, NotFoundError
from tests.bot.people import GUEST, a_person
from tests.fakes import FakeDirectory, FakeGateway, FakeTaskStore, FakeUserStore
from tests.relai_core.builders import (
    ANA,
    BEN,
    CLEO,
    NOW,
    OTHER_TEAM,
    TEAM,
    Changes,
    a_request,
    a_task,
    after,
)

ana, ben, cleo = a_person(ANA), a_person(BEN), a_person(CLEO)


class RacedTaskStore(FakeTaskStore):
    """A store whose first read of a task returns an older state.

    Attributes:
        first_read: the tasks that the first read returns.
    """

    first_read: Mapping[TaskId, Task] | None = None

    async def find_by_number(self, team_id: TeamId, number: int) -> Task | None:
        if self.first_read is None:
            return await super().find_by_number(team_id, number)
        now, self.tasks = self.tasks, dict(self.first_read)
        seen = await super().find_by_number(team_id, number)
        self.tasks = now
        return seen


class ServiceHarness:
    """The services over a store and a gateway in memory."""

    def __init__(self, *tasks: Task) -> None:
        self.store = RacedTaskStore(*tasks)
        self.gateway = FakeGateway(self.store)
        users = UserService(FakeDirectory(GUEST), FakeUserStore(), self.gateway)
        self.relays = RelayService(
            self.store,
            users,
            self.gateway,
            mode=RelayMode.DIRECT,
            window=timedelta(minutes=10),
            now=lambda: NOW,
        )
        self.answers = RelayAnswerService(self.store, self.gateway, now=lambda: NOW)

    def end_relay_of(self, request: RequestId) -> None:
        """Mark the relay workflow of a request as ended."""
        self.gateway.ended.add(relay_workflow_id(relay_id(TEAM, request)))


def handed_over(task: Task) -> tuple[Task, RelayId]:
    """Return the task after Ana has handed it to Ben, and the id of the relay."""
    opened = Changes(task).handed_over()
    return after(task, opened), opened.relay_id


async def test_the_owner_hands_a_task_over() -> None:
    harness = ServiceHarness(a_task())

    task = await harness.relays.relay(RelayTask(42, BEN), sender=ana, request=a_request())

    assert task is not None
    assert task.owner == BEN
    assert task.relay is not None
    assert task.relay.from_user == ANA


async def test_requested_mode_overrides_the_workspace_mode() -> None:
    harness = ServiceHarness(a_task())
    wish = RelayTask(42, BEN, mode=RelayMode.HANDSHAKE)

    task = await harness.relays.relay(wish, sender=ana, request=a_request())

    assert task is not None
    assert task.owner == ANA


async def test_only_the_owner_hands_a_task_over() -> None:
    harness = ServiceHarness(a_task(owner=BEN))

    with pytest.raises(ChangeRefusedError) as caught:
        await harness.relays.relay(RelayTask(42, CLEO), sender=ana, request=a_request())

    assert caught.value.reason is RefusalReason.NOT_THE_OWNER
    assert harness.gateway.asked == []


async def test_ineligible_receiver_is_refused() -> None:
    harness = ServiceHarness(a_task())

    with pytest.raises(NotAllowedError, match=r"Gus Guest is a guest.*Nothing was sent"):
        await harness.relays.relay(RelayTask(42, GUEST.id), sender=ana, request=a_request())

    assert harness.gateway.asked == []


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (RelayTask(42, BEN, note="x" * (NOTE_LIMIT + 1)), "note"),
        (RelayTask(42, BEN, answer_by=NOW), "answer_by"),
    ],
)
async def test_invalid_input_names_its_field(wish: RelayTask, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await ServiceHarness(a_task()).relays.relay(wish, sender=ana, request=a_request())

    assert caught.value.field == field


async def test_repeated_request_returns_the_same_relay() -> None:
    harness, request, wish = ServiceHarness(a_task()), a_request(), RelayTask(42, BEN)
    first = await harness.relays.relay(wish, sender=ana, request=request)

    assert await harness.relays.relay(wish, sender=ana, request=request) == first


async def test_late_repeat_returns_its_task() -> None:
    """The first request was stored after the repeat had read the task."""
    harness, request, wish = ServiceHarness(a_task()), a_request(), RelayTask(42, BEN)
    before = harness.store.tasks.copy()
    relayed = await harness.relays.relay(wish, sender=ana, request=request)
    harness.end_relay_of(request)
    harness.store.first_read = before

    assert await harness.relays.relay(wish, sender=ana, request=request) == relayed


async def test_repeat_of_a_refused_request_is_refused() -> None:
    harness, request = ServiceHarness(a_task()), a_request()
    harness.end_relay_of(request)

    with pytest.raises(NotAllowedError, match="Nothing was handed over"):
        await harness.relays.relay(RelayTask(42, BEN), sender=ana, request=request)


async def test_repeat_of_a_refused_request_gets_the_reason() -> None:
    task, request = a_task(), a_request()
    harness = ServiceHarness(handed_over(task)[0])
    harness.end_relay_of(request)
    harness.store.first_read = {task.id: task}

    with pytest.raises(ChangeRefusedError) as caught:
        await harness.relays.relay(RelayTask(42, CLEO), sender=ana, request=request)

    assert caught.value.reason is RefusalReason.NOT_THE_OWNER


async def test_late_repeat_is_refused_as_relay_ended() -> None:
    harness, request, wish = ServiceHarness(a_task()), a_request(), RelayTask(42, BEN)
    before = harness.store.tasks.copy()
    await harness.relays.relay(wish, sender=ana, request=request)
    await harness.relays.relay(RelayTask(42, CLEO), sender=ben, request=a_request())
    harness.end_relay_of(request)
    harness.store.first_read = before

    with pytest.raises(ChangeRefusedError) as caught:
        await harness.relays.relay(wish, sender=ana, request=request)

    assert caught.value.reason is RefusalReason.RELAY_ENDED
    assert caught.value.relay is not None
    assert caught.value.relay.id == relay_id(TEAM, request)


async def test_only_open_task_is_handed_over_without_a_number() -> None:
    task = await ServiceHarness(a_task(7)).relays.relay(
        RelayTask(None, BEN), sender=ana, request=a_request()
    )

    assert task is not None
    assert task.number == 7


@pytest.mark.parametrize("actor", [ana, cleo], ids=["sender", "colleague"])
async def test_only_the_receiver_can_answer(actor: User) -> None:
    """Others send no signal: each one would stay in the history, whose length is limited."""
    task, relay = handed_over(a_task())
    harness = ServiceHarness(task)
    tries = [
        harness.answers.accept(relay, actor=actor, request=a_request()),
        harness.answers.decline(relay, "no time", actor=actor, request=a_request()),
    ]

    for answer in tries:
        with pytest.raises(ChangeRefusedError) as caught:
            await answer
        assert caught.value.reason is RefusalReason.NOT_THE_RECEIVER

    assert harness.gateway.asked == []


async def test_colleague_is_refused_as_relay_ended() -> None:
    task, relay = handed_over(a_task())
    harness = ServiceHarness(task)
    await harness.answers.accept(relay, actor=ben, request=a_request())

    with pytest.raises(ChangeRefusedError) as caught:
        await harness.answers.accept(relay, actor=cleo, request=a_request())

    assert caught.value.reason is RefusalReason.RELAY_ENDED
    assert len(harness.gateway.asked) == 1


async def test_repeated_answer_returns_the_same_task() -> None:
    """The store shows an ended relay, and only its workflow knows the request."""
    task, relay = handed_over(a_task())
    harness, request = ServiceHarness(task), a_request()
    first = await harness.answers.accept(relay, actor=ben, request=request)

    assert await harness.answers.accept(relay, actor=ben, request=request) == first


async def test_late_answer_gets_the_end_of_the_relay() -> None:
    task, relay = handed_over(a_task())
    harness = ServiceHarness(task)
    await harness.answers.take_back(relay, actor=ana, request=a_request())
    harness.gateway.ended.add(relay_workflow_id(relay))

    with pytest.raises(ChangeRefusedError) as caught:
        await harness.answers.accept(relay, actor=ben, request=a_request())

    assert caught.value.reason is RefusalReason.RELAY_ENDED
    assert caught.value.relay is not None
    assert caught.value.relay.end is RelayEnd.WITHDRAWN


async def test_an_open_relay_is_taken_back_through_its_own_workflow() -> None:
    task, relay = handed_over(a_task())
    harness = ServiceHarness(task)

    back = await harness.answers.take_back(relay, actor=ana, request=a_request())

    assert back is not None
    assert back.owner == ANA
    assert harness.gateway.asked == [(relay_workflow_id(relay), "relay_withdrawn")]


async def test_unanswered_relay_is_taken_back_by_the_lifecycle() -> None:
    task = a_task()
    opened = Changes(task).handed_over()
    unanswered = after(task, opened, Changes(task).expired(opened))
    harness = ServiceHarness(unanswered)

    back = await harness.answers.take_back(opened.relay_id, actor=ana, request=a_request())

    assert back is not None
    assert back.owner == ANA
    assert harness.gateway.asked == [(lifecycle_id(task.id), "taken_back")]


async def test_relay_that_expires_on_the_way_is_taken_back() -> None:
    task = a_task()
    opened = Changes(task).handed_over()
    unanswered = after(task, opened, Changes(task).expired(opened))
    harness = ServiceHarness(after(task, opened))
    harness.store.tasks[task.id] = unanswered

    back = await harness.answers.take_back(opened.relay_id, actor=ana, request=a_request())

    assert back is not None
    assert back.owner == ANA
    assert [kind for _, kind in harness.gateway.asked] == ["relay_withdrawn", "taken_back"]


@pytest.mark.parametrize("is_unanswered", [False, True])
@pytest.mark.parametrize("actor", [ben, cleo], ids=["receiver", "colleague"])
async def test_only_the_sender_can_take_back(actor: User, is_unanswered: bool) -> None:
    task = a_task()
    opened = Changes(task).handed_over()
    changes = [opened, Changes(task).expired(opened)] if is_unanswered else [opened]
    harness = ServiceHarness(after(task, *changes))

    with pytest.raises(ChangeRefusedError) as caught:
        await harness.answers.take_back(opened.relay_id, actor=actor, request=a_request())

    assert caught.value.reason is RefusalReason.NOT_THE_SENDER
    assert harness.gateway.asked == []


async def test_relay_of_another_workspace_is_not_found() -> None:
    task, _ = handed_over(a_task(team=OTHER_TEAM))
    theirs = RelayId(f"{OTHER_TEAM}-relay")

    with pytest.raises(NotFoundError):
        await ServiceHarness(task).answers.accept(theirs, actor=ben, request=a_request())


async def test_a_form_offers_the_senders_own_open_tasks() -> None:
    harness = ServiceHarness(a_task(1), a_task(2), a_task(3, owner=BEN))

    tasks, chosen = await harness.relays.list_relayable(ana)

    assert [task.number for task in tasks] == [1, 2]
    assert chosen is None


async def test_form_starts_with_the_named_task() -> None:
    meant = a_task(2)
    harness = ServiceHarness(a_task(1), meant)

    tasks, chosen = await harness.relays.list_relayable(ana, number=2)

    assert [task.number for task in tasks] == [2, 1]
    assert chosen == meant.id


async def test_form_is_refused_for_a_task_of_another_owner() -> None:
    with pytest.raises(ChangeRefusedError) as caught:
        await ServiceHarness(a_task(1, owner=BEN)).relays.list_relayable(ana, number=1)

    assert caught.value.reason is RefusalReason.NOT_THE_OWNER
