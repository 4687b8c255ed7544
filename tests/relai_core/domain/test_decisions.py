"""Rules of changing a task: permissions and results."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from relai_core.domain.changes import RelayOpened, TaskChange
from relai_core.domain.decisions import (
    ChangeRefusedError,
    RefusalReason,
    decide,
    ended_relay,
    event_of,
)
from relai_core.domain.ids import SlackUserId, TokenName
from relai_core.domain.relay import RelayEnd, RelayMode
from relai_core.domain.task import HOPS_KEPT, Task, TaskStatus
from tests.relai_core.builders import ANA, BEN, CI, CLEO, NOW, Changes, a_task, after

DUE = NOW + timedelta(days=1)
DAN = SlackUserId("UDAN")
"""Neither creator, owner, sender nor receiver."""


def refusal(task: Task, change: TaskChange) -> RefusalReason:
    """Return the reason for which `change` is refused."""
    with pytest.raises(ChangeRefusedError) as refused:
        decide(task, change)
    assert refused.value.task == task
    return refused.value.reason


def offered(mode: RelayMode = RelayMode.DIRECT) -> tuple[Task, RelayOpened]:
    """Return a task that Cleo created and Ana handed to Ben, and the change that did it."""
    task = a_task(creator=CLEO, owner=ANA)
    opened = Changes(task).handed_over(BEN, mode=mode)
    return after(task, opened), opened


@pytest.mark.parametrize("actor", [ANA, CLEO])
def test_owner_and_creator_can_complete_a_task(actor: SlackUserId) -> None:
    task = a_task(creator=CLEO, owner=ANA)

    done = decide(task, Changes(task).completed(actor))

    assert (done.status, done.progress) == (TaskStatus.COMPLETED, 100)
    assert (done.closed_at, done.closed_by) == (NOW, actor)


def test_a_cancelled_task_keeps_its_progress() -> None:
    task = a_task()

    cancelled = after(task, Changes(task).progressed(40), Changes(task).cancelled())

    assert (cancelled.status, cancelled.progress) == (TaskStatus.CANCELLED, 40)


@pytest.mark.parametrize(
    "change",
    [
        lambda changes: changes.completed(DAN),
        lambda changes: changes.cancelled(DAN),
        lambda changes: changes.edited(DAN, title="Mine"),
    ],
)
def test_uninvolved_person_is_refused(change: Callable[[Changes], TaskChange]) -> None:
    task = a_task(creator=CLEO, owner=ANA)

    assert refusal(task, change(Changes(task))) is RefusalReason.NOT_INVOLVED


@pytest.mark.parametrize(
    "change",
    [
        lambda changes: changes.progressed(10, CLEO),
        lambda changes: changes.snoozed(DUE, CLEO),
        lambda changes: changes.handed_over(BEN, actor=CLEO),
    ],
)
def test_creator_is_refused_the_changes_of_the_owner(
    change: Callable[[Changes], TaskChange],
) -> None:
    task = a_task(creator=CLEO, owner=ANA)

    assert refusal(task, change(Changes(task))) is RefusalReason.NOT_THE_OWNER


@pytest.mark.parametrize(
    "change",
    [
        lambda changes, opened: changes.completed(BEN),
        lambda changes, opened: changes.cancelled(CLEO),
        lambda changes, opened: changes.progressed(10, BEN),
        lambda changes, opened: changes.edited(BEN, title="Again"),
        lambda changes, opened: changes.snoozed(DUE, BEN),
        lambda changes, opened: changes.handed_over(CLEO, actor=BEN),
        lambda changes, opened: changes.accepted(opened),
        lambda changes, opened: changes.declined(opened),
        lambda changes, opened: changes.withdrawn(opened),
        lambda changes, opened: changes.expired(opened),
        lambda changes, opened: changes.undeliverable(opened),
        lambda changes, opened: changes.taken_back(opened),
    ],
)
def test_a_closed_task_does_not_change(
    change: Callable[[Changes, RelayOpened], TaskChange],
) -> None:
    task, opened = offered()
    closed = after(task, Changes(task).completed(BEN))

    assert refusal(closed, change(Changes(closed), opened)) is RefusalReason.TASK_CLOSED


def test_an_edit_changes_only_its_fields() -> None:
    task = a_task(title="Old", description="Kept", due_at=DUE)

    edited = decide(task, Changes(task).edited(title="New"))

    assert (edited.title, edited.description, edited.due_at) == ("New", "Kept", DUE)
    assert edited.due_set_at == task.due_set_at


def test_new_due_date_ends_the_snooze() -> None:
    task = a_task(due_at=DUE)
    later = NOW + timedelta(hours=1)

    edited = after(
        task,
        Changes(task).snoozed(DUE),
        Changes(task, at=later).edited(due_at=DUE + timedelta(days=1)),
    )

    assert (edited.snoozed_until, edited.due_set_at) == (None, later)


def test_a_direct_relay_moves_ownership_at_once() -> None:
    task, _ = offered(RelayMode.DIRECT)

    assert (task.owner, task.hops) == (BEN, (ANA, BEN))
    assert task.open_relay is not None


def test_a_handshake_leaves_ownership_until_it_is_accepted() -> None:
    task, opened = offered(RelayMode.HANDSHAKE)
    assert task.owner == ANA

    accepted = decide(task, Changes(task).accepted(opened))

    assert accepted.owner == BEN
    assert accepted.open_relay is None


def test_owner_cannot_be_the_receiver() -> None:
    task = a_task()

    assert refusal(task, Changes(task).handed_over(ANA)) is RefusalReason.SAME_PERSON


def test_a_task_is_offered_to_one_person_at_a_time() -> None:
    task, opened = offered(RelayMode.HANDSHAKE)

    with pytest.raises(ChangeRefusedError) as refused:
        decide(task, Changes(task).handed_over(DAN))

    assert refused.value.reason is RefusalReason.RELAY_OPEN
    assert refused.value.relay is not None
    assert refused.value.relay.id == opened.relay_id


def test_passing_a_task_on_accepts_it() -> None:
    task, opened = offered(RelayMode.DIRECT)
    change = Changes(task).handed_over(DAN, actor=BEN)

    passed_on = decide(task, change)

    ended = ended_relay(task, passed_on)
    assert ended is not None
    assert (ended.id, ended.end, ended.ended_by) == (opened.relay_id, RelayEnd.ACCEPTED, BEN)
    assert event_of(task, passed_on, change).settled == opened.relay_id


@pytest.mark.parametrize(
    ("mode", "change", "end", "owner"),
    [
        (RelayMode.DIRECT, Changes.accepted, RelayEnd.ACCEPTED, BEN),
        (RelayMode.DIRECT, Changes.declined, RelayEnd.DECLINED, ANA),
        (RelayMode.DIRECT, Changes.withdrawn, RelayEnd.WITHDRAWN, ANA),
        (RelayMode.DIRECT, Changes.expired, RelayEnd.UNANSWERED, BEN),
        (RelayMode.DIRECT, Changes.undeliverable, RelayEnd.RETURNED, ANA),
        (RelayMode.HANDSHAKE, Changes.accepted, RelayEnd.ACCEPTED, BEN),
        (RelayMode.HANDSHAKE, Changes.declined, RelayEnd.DECLINED, ANA),
        (RelayMode.HANDSHAKE, Changes.withdrawn, RelayEnd.WITHDRAWN, ANA),
        (RelayMode.HANDSHAKE, Changes.expired, RelayEnd.RETURNED, ANA),
        (RelayMode.HANDSHAKE, Changes.undeliverable, RelayEnd.RETURNED, ANA),
    ],
)
def test_each_answer_sets_the_end_and_the_owner(
    mode: RelayMode,
    change: Callable[[Changes, RelayOpened], TaskChange],
    end: RelayEnd,
    owner: SlackUserId,
) -> None:
    task, opened = offered(mode)

    answered = decide(task, change(Changes(task), opened))

    assert answered.owner == owner
    assert answered.relay is not None
    assert (answered.relay.id, answered.relay.end) == (opened.relay_id, end)
    assert ended_relay(task, answered) == answered.relay


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda changes, opened: changes.accepted(opened, actor=ANA),
            RefusalReason.NOT_THE_RECEIVER,
        ),
        (
            lambda changes, opened: changes.declined(opened, actor=DAN),
            RefusalReason.NOT_THE_RECEIVER,
        ),
        (
            lambda changes, opened: changes.withdrawn(opened, actor=BEN),
            RefusalReason.NOT_THE_SENDER,
        ),
    ],
)
def test_other_people_cannot_answer_a_relay(
    change: Callable[[Changes, RelayOpened], TaskChange], reason: RefusalReason
) -> None:
    task, opened = offered()

    assert refusal(task, change(Changes(task), opened)) is reason


def test_an_ended_relay_is_not_answered_again() -> None:
    task, opened = offered()
    declined = after(task, Changes(task).declined(opened))

    assert refusal(declined, Changes(task).accepted(opened)) is RefusalReason.RELAY_ENDED


def test_answer_to_an_earlier_relay_is_refused() -> None:
    task, first = offered()
    passed_on = after(task, Changes(task).handed_over(DAN, actor=BEN))

    assert refusal(passed_on, Changes(task).withdrawn(first)) is RefusalReason.RELAY_ENDED


def test_reason_is_kept_in_relay_and_trail() -> None:
    task, opened = offered()
    change = Changes(task).declined(opened, reason="on holiday")

    declined = decide(task, change)

    assert declined.relay is not None
    assert declined.relay.reason == "on holiday"
    assert event_of(task, declined, change).note == "on holiday"


def test_task_remembers_the_tokens_of_its_changes() -> None:
    task = a_task(via=CI)

    closed = after(task, Changes(task, via=CI).handed_over(), Changes(task, via=CI).completed(BEN))

    assert closed.relay is not None
    assert (closed.via, closed.relay.via, closed.closed_via) == (CI, CI, CI)


def test_changes_without_a_token_name_no_token() -> None:
    task = a_task(via=CI)

    closed = after(task, Changes(task).handed_over(), Changes(task).completed(BEN))

    assert closed.relay is not None
    assert (closed.relay.via, closed.closed_via) == (None, None)


@pytest.mark.parametrize("via", [CI, None])
def test_trail_names_the_token_of_a_change(via: TokenName | None) -> None:
    task = a_task()
    change = Changes(task, via=via).progressed(10)

    assert event_of(task, decide(task, change), change).via == via


def test_an_unanswered_relay_can_be_taken_back_by_its_sender() -> None:
    task, opened = offered()
    unanswered = after(task, Changes(task).expired(opened))

    assert decide(unanswered, Changes(task).taken_back(opened)).owner == ANA


def test_an_unanswered_relay_is_not_taken_back_by_others() -> None:
    task, opened = offered()
    unanswered = after(task, Changes(task).expired(opened))

    change = Changes(task).taken_back(opened, actor=CLEO)

    assert refusal(unanswered, change) is RefusalReason.NOT_THE_SENDER


@pytest.mark.parametrize("answer", [Changes.accepted, Changes.declined, Changes.withdrawn])
def test_an_answered_relay_can_not_be_taken_back(
    answer: Callable[[Changes, RelayOpened], TaskChange],
) -> None:
    task, opened = offered()
    answered = after(task, answer(Changes(task), opened))

    assert refusal(answered, Changes(task).taken_back(opened)) is RefusalReason.RELAY_ENDED


def test_task_without_a_relay_cannot_be_taken_back() -> None:
    _, opened = offered()
    task = a_task()

    assert refusal(task, Changes(task).taken_back(opened)) is RefusalReason.RELAY_ENDED


def test_a_task_is_taken_back_once() -> None:
    task, opened = offered()
    taken = after(task, Changes(task).expired(opened), Changes(task).taken_back(opened))

    assert refusal(taken, Changes(task).taken_back(opened)) is RefusalReason.RELAY_ENDED


@pytest.mark.parametrize(
    ("mode", "actor", "end"),
    [
        (RelayMode.DIRECT, BEN, RelayEnd.ACCEPTED),
        (RelayMode.DIRECT, CLEO, RelayEnd.WITHDRAWN),
        (RelayMode.HANDSHAKE, ANA, RelayEnd.WITHDRAWN),
        (RelayMode.HANDSHAKE, CLEO, RelayEnd.WITHDRAWN),
    ],
)
def test_closing_a_task_ends_its_open_relay(
    mode: RelayMode, actor: SlackUserId, end: RelayEnd
) -> None:
    task, opened = offered(mode)
    change = Changes(task).completed(actor)

    closed = decide(task, change)

    assert closed.relay is not None
    assert (closed.relay.end, closed.relay.ended_by) == (end, actor)
    assert event_of(task, closed, change).settled == opened.relay_id


@pytest.mark.parametrize(
    "change",
    [
        lambda changes: changes.progressed(50, BEN),
        lambda changes: changes.edited(CLEO, title="New"),
        lambda changes: changes.snoozed(DUE, BEN),
    ],
)
def test_other_changes_leave_the_relay_open(change: Callable[[Changes], TaskChange]) -> None:
    task, _ = offered()
    made = change(Changes(task))

    changed = decide(task, made)

    assert changed.open_relay == task.open_relay
    assert ended_relay(task, changed) is None
    assert event_of(task, changed, made).settled is None


def test_event_names_actor_kind_and_owner() -> None:
    task = a_task()
    change = Changes(task).handed_over(BEN, note="you know the vendor")

    event = event_of(task, decide(task, change), change)

    assert (event.id, event.kind, event.version) == (change.id, "relay_opened", 2)
    assert (event.actor, event.owner, event.relay_id) == (ANA, BEN, change.relay_id)
    assert (event.note, event.settled) == ("you know the vendor", None)


def test_expiry_has_no_actor() -> None:
    task, opened = offered()
    change = Changes(task).expired(opened)

    assert event_of(task, decide(task, change), change).actor is None


def test_hand_over_ends_the_snooze() -> None:
    task = a_task(due_at=DUE)

    moved = after(task, Changes(task).snoozed(DUE), Changes(task).handed_over(BEN))

    assert (moved.snoozed_until, moved.owner_since) == (None, NOW)


def test_only_the_latest_owners_are_kept_on_the_task() -> None:
    task = a_task()
    for _ in range(HOPS_KEPT):
        task = after(task, Changes(task).handed_over(BEN if task.owner == ANA else ANA, task.owner))

    assert len(task.hops) == HOPS_KEPT
    assert task.hops[-1] == task.owner
    assert task.relay_count == HOPS_KEPT
