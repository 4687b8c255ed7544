"""The use cases of hand-overs."""

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
    """A store in which a task changes between the first read and the second.

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


class ApiHarness:
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
        """Let the workflow of a request have ended."""
        self.gateway.ended.add(relay_workflow_id(relay_id(TEAM, request)))


def handed_over(task: Task) -> tuple[Task, RelayId]:
    """The task once Ana has handed it to Ben."""
    opened = Changes(task).handed_over()
    return after(task, opened), opened.relay_id


async def test_owner_hands_a_task_over() -> None:
    api = ApiHarness(a_task())

    task = await api.relays.relay(RelayTask(42, BEN), sender=ana, request=a_request())

    assert task is not None
    assert task.owner == BEN
    assert task.relay is not None
    assert task.relay.from_user == ANA


async def test_mode_of_the_workspace_is_the_default() -> None:
    api = ApiHarness(a_task())
    wish = RelayTask(42, BEN, mode=RelayMode.HANDSHAKE)

    task = await api.relays.relay(wish, sender=ana, request=a_request())

    assert task is not None
    assert task.owner == ANA


async def test_only_the_owner_hands_a_task_over() -> None:
    api = ApiHarness(a_task(owner=BEN))

    with pytest.raises(ChangeRefusedError) as caught:
        await api.relays.relay(RelayTask(42, CLEO), sender=ana, request=a_request())

    assert caught.value.reason is RefusalReason.NOT_THE_OWNER
    assert api.gateway.asked == []


async def test_relay_to_oneself_is_refused() -> None:
    with pytest.raises(ChangeRefusedError) as caught:
        await ApiHarness(a_task()).relays.relay(RelayTask(42, ANA), sender=ana, request=a_request())

    assert caught.value.reason is RefusalReason.SAME_PERSON


async def test_relay_to_an_unreachable_person_is_refused() -> None:
    api = ApiHarness(a_task())

    with pytest.raises(NotAllowedError, match=r"Gus Guest is a guest.*Nothing was sent"):
        await api.relays.relay(RelayTask(42, GUEST.id), sender=ana, request=a_request())

    assert api.gateway.asked == []


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (RelayTask(42, BEN, note="x" * (NOTE_LIMIT + 1)), "note"),
        (RelayTask(42, BEN, answer_by=NOW), "answer_by"),
    ],
)
async def test_invalid_input_names_its_field(wish: RelayTask, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await ApiHarness(a_task()).relays.relay(wish, sender=ana, request=a_request())

    assert caught.value.field == field


async def test_repeated_relay_is_the_same_relay() -> None:
    api, request, wish = ApiHarness(a_task()), a_request(), RelayTask(42, BEN)
    first = await api.relays.relay(wish, sender=ana, request=request)

    assert await api.relays.relay(wish, sender=ana, request=request) == first


async def test_late_repeat_of_a_relay_returns_its_task() -> None:
    """The first was written down between the question for the task and the start."""
    api, request, wish = ApiHarness(a_task()), a_request(), RelayTask(42, BEN)
    before = api.store.tasks.copy()
    relayed = await api.relays.relay(wish, sender=ana, request=request)
    api.end_relay_of(request)
    api.store.first_read = before

    assert await api.relays.relay(wish, sender=ana, request=request) == relayed


async def test_repeat_of_a_refused_request_is_refused() -> None:
    api, request = ApiHarness(a_task()), a_request()
    api.end_relay_of(request)

    with pytest.raises(NotAllowedError, match="Nothing was handed over"):
        await api.relays.relay(RelayTask(42, BEN), sender=ana, request=request)


async def test_repeat_of_a_refused_request_gets_the_reason() -> None:
    task, request = a_task(), a_request()
    api = ApiHarness(handed_over(task)[0])
    api.end_relay_of(request)
    api.store.first_read = {task.id: task}

    with pytest.raises(ChangeRefusedError) as caught:
        await api.relays.relay(RelayTask(42, CLEO), sender=ana, request=request)

    assert caught.value.reason is RefusalReason.NOT_THE_OWNER


async def test_late_repeat_gets_the_end_of_its_relay() -> None:
    api, request, wish = ApiHarness(a_task()), a_request(), RelayTask(42, BEN)
    before = api.store.tasks.copy()
    await api.relays.relay(wish, sender=ana, request=request)
    await api.relays.relay(RelayTask(42, CLEO), sender=ben, request=a_request())
    api.end_relay_of(request)
    api.store.first_read = before

    with pytest.raises(ChangeRefusedError) as caught:
        await api.relays.relay(wish, sender=ana, request=request)

    assert caught.value.reason is RefusalReason.RELAY_ENDED
    assert caught.value.relay is not None
    assert caught.value.relay.id == relay_id(TEAM, request)


async def test_missing_number_hands_over_the_only_open_task() -> None:
    task = await ApiHarness(a_task(7)).relays.relay(
        RelayTask(None, BEN), sender=ana, request=a_request()
    )

    assert task is not None
    assert task.number == 7


async def test_receiver_accepts() -> None:
    task, relay = handed_over(a_task())

    accepted = await ApiHarness(task).answers.accept(relay, actor=ben, request=a_request())

    assert accepted is not None
    assert accepted.relay is not None
    assert accepted.relay.end is RelayEnd.ACCEPTED


@pytest.mark.parametrize("actor", [ana, cleo], ids=["sender", "colleague"])
async def test_answer_by_another_person_sends_no_signal(actor: User) -> None:
    """A signal would stay in the history, and some thousands of them are its end."""
    task, relay = handed_over(a_task())
    api = ApiHarness(task)
    tries = [
        api.answers.accept(relay, actor=actor, request=a_request()),
        api.answers.decline(relay, "no time", actor=actor, request=a_request()),
    ]

    for answer in tries:
        with pytest.raises(ChangeRefusedError) as caught:
            await answer
        assert caught.value.reason is RefusalReason.NOT_THE_RECEIVER

    assert api.gateway.asked == []


async def test_other_person_gets_the_end_of_the_relay() -> None:
    task, relay = handed_over(a_task())
    api = ApiHarness(task)
    await api.answers.accept(relay, actor=ben, request=a_request())

    with pytest.raises(ChangeRefusedError) as caught:
        await api.answers.accept(relay, actor=cleo, request=a_request())

    assert caught.value.reason is RefusalReason.RELAY_ENDED
    assert len(api.gateway.asked) == 1


async def test_answer_is_signalled_although_the_store_says_ended() -> None:
    """It may be a repeat of the answer that ended the relay; its workflow knows."""
    task, relay = handed_over(a_task())
    api, request = ApiHarness(task), a_request()
    first = await api.answers.accept(relay, actor=ben, request=request)

    assert await api.answers.accept(relay, actor=ben, request=request) == first


async def test_decline_returns_the_task_with_the_reason() -> None:
    task, relay = handed_over(a_task())

    declined = await ApiHarness(task).answers.decline(
        relay, "on leave", actor=ben, request=a_request()
    )

    assert declined is not None
    assert declined.owner == ANA
    assert declined.relay is not None
    assert declined.relay.reason == "on leave"


async def test_late_answer_gets_the_end_of_the_relay() -> None:
    task, relay = handed_over(a_task())
    api = ApiHarness(task)
    await api.answers.take_back(relay, actor=ana, request=a_request())
    api.gateway.ended.add(relay_workflow_id(relay))

    with pytest.raises(ChangeRefusedError) as caught:
        await api.answers.accept(relay, actor=ben, request=a_request())

    assert caught.value.reason is RefusalReason.RELAY_ENDED
    assert caught.value.relay is not None
    assert caught.value.relay.end is RelayEnd.WITHDRAWN


async def test_open_relay_is_withdrawn_by_its_workflow() -> None:
    task, relay = handed_over(a_task())
    api = ApiHarness(task)

    back = await api.answers.take_back(relay, actor=ana, request=a_request())

    assert back is not None
    assert back.owner == ANA
    assert api.gateway.asked == [(relay_workflow_id(relay), "relay_withdrawn")]


async def test_unanswered_relay_is_taken_back_by_the_task_workflow() -> None:
    task = a_task()
    opened = Changes(task).handed_over()
    unanswered = after(task, opened, Changes(task).expired(opened))
    api = ApiHarness(unanswered)

    back = await api.answers.take_back(opened.relay_id, actor=ana, request=a_request())

    assert back is not None
    assert back.owner == ANA
    assert api.gateway.asked == [(lifecycle_id(task.id), "taken_back")]


async def test_relay_that_expires_meanwhile_is_taken_back() -> None:
    task = a_task()
    opened = Changes(task).handed_over()
    unanswered = after(task, opened, Changes(task).expired(opened))
    api = ApiHarness(after(task, opened))
    api.store.tasks[task.id] = unanswered

    back = await api.answers.take_back(opened.relay_id, actor=ana, request=a_request())

    assert back is not None
    assert back.owner == ANA
    assert [kind for _, kind in api.gateway.asked] == ["relay_withdrawn", "taken_back"]


@pytest.mark.parametrize("is_unanswered", [False, True])
@pytest.mark.parametrize("actor", [ben, cleo], ids=["receiver", "colleague"])
async def test_taking_back_by_another_person_sends_no_signal(
    actor: User, is_unanswered: bool
) -> None:
    task = a_task()
    opened = Changes(task).handed_over()
    changes = [opened, Changes(task).expired(opened)] if is_unanswered else [opened]
    api = ApiHarness(after(task, *changes))

    with pytest.raises(ChangeRefusedError) as caught:
        await api.answers.take_back(opened.relay_id, actor=actor, request=a_request())

    assert caught.value.reason is RefusalReason.NOT_THE_SENDER
    assert api.gateway.asked == []


async def test_relay_of_another_workspace_is_not_found() -> None:
    task, _ = handed_over(a_task(team=OTHER_TEAM))
    theirs = RelayId(f"{OTHER_TEAM}-relay")

    with pytest.raises(NotFoundError):
        await ApiHarness(task).answers.accept(theirs, actor=ben, request=a_request())


async def test_form_offers_the_open_tasks_of_the_sender() -> None:
    api = ApiHarness(a_task(1), a_task(2), a_task(3, owner=BEN))

    tasks, chosen = await api.relays.list_relayable(ana)

    assert [task.number for task in tasks] == [1, 2]
    assert chosen is None


async def test_form_starts_with_the_chosen_task() -> None:
    meant = a_task(2)
    api = ApiHarness(a_task(1), meant)

    tasks, chosen = await api.relays.list_relayable(ana, number=2)

    assert [task.number for task in tasks] == [2, 1]
    assert chosen == meant.id


async def test_form_for_the_task_of_another_person_is_refused() -> None:
    with pytest.raises(ChangeRefusedError) as caught:
        await ApiHarness(a_task(1, owner=BEN)).relays.list_relayable(ana, number=1)

    assert caught.value.reason is RefusalReason.NOT_THE_OWNER
