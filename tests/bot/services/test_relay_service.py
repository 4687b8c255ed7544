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
    """A store in which something happens between the first look at a task and the next.

    Attributes:
        first_read: the tasks as the first look sees them.
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


async def test_the_owner_hands_a_task_over() -> None:
    api = ApiHarness(a_task())

    task = await api.relays.relay(RelayTask(42, BEN), sender=ana, request=a_request())

    assert task is not None
    assert task.owner == BEN
    assert task.relay is not None
    assert task.relay.from_user == ANA


async def test_the_workspaces_mode_applies_unless_another_is_asked_for() -> None:
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


async def test_nobody_hands_a_task_to_themselves() -> None:
    with pytest.raises(ChangeRefusedError) as caught:
        await ApiHarness(a_task()).relays.relay(RelayTask(42, ANA), sender=ana, request=a_request())

    assert caught.value.reason is RefusalReason.SAME_PERSON


async def test_nothing_is_sent_to_who_cannot_hold_a_task() -> None:
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
async def test_input_that_cannot_be_used_names_its_field(wish: RelayTask, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await ApiHarness(a_task()).relays.relay(wish, sender=ana, request=a_request())

    assert caught.value.field == field


async def test_a_repeat_of_a_relay_is_the_same_relay() -> None:
    api, request, wish = ApiHarness(a_task()), a_request(), RelayTask(42, BEN)
    first = await api.relays.relay(wish, sender=ana, request=request)

    assert await api.relays.relay(wish, sender=ana, request=request) == first


async def test_a_late_repeat_of_a_relay_is_answered_with_its_task() -> None:
    """The first was written down between the question for the task and the start."""
    api, request, wish = ApiHarness(a_task()), a_request(), RelayTask(42, BEN)
    before = api.store.tasks.copy()
    relayed = await api.relays.relay(wish, sender=ana, request=request)
    api.end_relay_of(request)
    api.store.first_read = before

    assert await api.relays.relay(wish, sender=ana, request=request) == relayed


async def test_a_request_that_was_refused_before_is_told_that_nothing_was_handed_over() -> None:
    api, request = ApiHarness(a_task()), a_request()
    api.end_relay_of(request)

    with pytest.raises(NotAllowedError, match="Nothing was handed over"):
        await api.relays.relay(RelayTask(42, BEN), sender=ana, request=request)


async def test_a_request_that_was_refused_before_is_told_the_reason_that_still_holds() -> None:
    task, request = a_task(), a_request()
    api = ApiHarness(handed_over(task)[0])
    api.end_relay_of(request)
    api.store.first_read = {task.id: task}

    with pytest.raises(ChangeRefusedError) as caught:
        await api.relays.relay(RelayTask(42, CLEO), sender=ana, request=request)

    assert caught.value.reason is RefusalReason.NOT_THE_OWNER


async def test_a_late_repeat_is_told_how_its_relay_ended_if_the_task_has_moved_on() -> None:
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


async def test_without_a_number_the_only_open_task_is_handed_over() -> None:
    task = await ApiHarness(a_task(7)).relays.relay(
        RelayTask(None, BEN), sender=ana, request=a_request()
    )

    assert task is not None
    assert task.number == 7


async def test_the_receiver_accepts() -> None:
    task, relay = handed_over(a_task())

    accepted = await ApiHarness(task).answers.accept(relay, actor=ben, request=a_request())

    assert accepted is not None
    assert accepted.relay is not None
    assert accepted.relay.end is RelayEnd.ACCEPTED


@pytest.mark.parametrize("actor", [ana, cleo], ids=["sender", "colleague"])
async def test_only_the_receiver_answers_and_who_else_tries_leaves_no_trace(actor: User) -> None:
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


async def test_who_is_no_receiver_is_told_how_the_relay_ended() -> None:
    task, relay = handed_over(a_task())
    api = ApiHarness(task)
    await api.answers.accept(relay, actor=ben, request=a_request())

    with pytest.raises(ChangeRefusedError) as caught:
        await api.answers.accept(relay, actor=cleo, request=a_request())

    assert caught.value.reason is RefusalReason.RELAY_ENDED
    assert len(api.gateway.asked) == 1


async def test_the_receivers_answer_is_asked_for_though_the_store_says_it_is_over() -> None:
    """It may be a repeat of the one that ended it, which its workflow knows."""
    task, relay = handed_over(a_task())
    api, request = ApiHarness(task), a_request()
    first = await api.answers.accept(relay, actor=ben, request=request)

    assert await api.answers.accept(relay, actor=ben, request=request) == first


async def test_declining_gives_the_task_back_with_the_reason() -> None:
    task, relay = handed_over(a_task())

    declined = await ApiHarness(task).answers.decline(
        relay, "on leave", actor=ben, request=a_request()
    )

    assert declined is not None
    assert declined.owner == ANA
    assert declined.relay is not None
    assert declined.relay.reason == "on leave"


async def test_an_answer_after_the_end_is_told_how_it_ended() -> None:
    task, relay = handed_over(a_task())
    api = ApiHarness(task)
    await api.answers.take_back(relay, actor=ana, request=a_request())
    api.gateway.ended.add(relay_workflow_id(relay))

    with pytest.raises(ChangeRefusedError) as caught:
        await api.answers.accept(relay, actor=ben, request=a_request())

    assert caught.value.reason is RefusalReason.RELAY_ENDED
    assert caught.value.relay is not None
    assert caught.value.relay.end is RelayEnd.WITHDRAWN


async def test_an_open_relay_is_taken_back_through_its_own_workflow() -> None:
    task, relay = handed_over(a_task())
    api = ApiHarness(task)

    back = await api.answers.take_back(relay, actor=ana, request=a_request())

    assert back is not None
    assert back.owner == ANA
    assert api.gateway.asked == [(relay_workflow_id(relay), "relay_withdrawn")]


async def test_an_unanswered_relay_is_taken_back_through_the_tasks_workflow() -> None:
    task = a_task()
    opened = Changes(task).handed_over()
    unanswered = after(task, opened, Changes(task).expired(opened))
    api = ApiHarness(unanswered)

    back = await api.answers.take_back(opened.relay_id, actor=ana, request=a_request())

    assert back is not None
    assert back.owner == ANA
    assert api.gateway.asked == [(lifecycle_id(task.id), "taken_back")]


async def test_a_relay_that_goes_unanswered_on_the_way_is_taken_back_all_the_same() -> None:
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
async def test_only_the_sender_takes_back_and_who_else_tries_leaves_no_trace(
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


async def test_another_workspaces_relay_does_not_exist() -> None:
    task, _ = handed_over(a_task(team=OTHER_TEAM))
    theirs = RelayId(f"{OTHER_TEAM}-relay")

    with pytest.raises(NotFoundError):
        await ApiHarness(task).answers.accept(theirs, actor=ben, request=a_request())


async def test_a_form_offers_the_senders_own_open_tasks() -> None:
    api = ApiHarness(a_task(1), a_task(2), a_task(3, owner=BEN))

    tasks, chosen = await api.relays.list_relayable(ana)

    assert [task.number for task in tasks] == [1, 2]
    assert chosen is None


async def test_a_form_begins_with_the_task_that_is_meant() -> None:
    meant = a_task(2)
    api = ApiHarness(a_task(1), meant)

    tasks, chosen = await api.relays.list_relayable(ana, number=2)

    assert [task.number for task in tasks] == [2, 1]
    assert chosen == meant.id


async def test_no_form_opens_for_somebody_elses_task() -> None:
    with pytest.raises(ChangeRefusedError) as caught:
        await ApiHarness(a_task(1, owner=BEN)).relays.list_relayable(ana, number=1)

    assert caught.value.reason is RefusalReason.NOT_THE_OWNER
