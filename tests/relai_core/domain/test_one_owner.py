"""One owner: no sequence of changes, allowed or refused, leaves a task without its one owner."""

from collections import Counter
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from relai_core.domain.changes import RelayOpened, TaskChange, TaskEvent
from relai_core.domain.decisions import ChangeRefusedError, decide, ended_relay, event_of
from relai_core.domain.ids import RelayId, SlackUserId
from relai_core.domain.relay import Relay, RelayEnd, RelayMode
from relai_core.domain.task import Task
from tests.relai_core.builders import ANA, BEN, CLEO, NOW, Changes, a_task

DAN = SlackUserId("UDAN")
PEOPLE = [ANA, BEN, CLEO, DAN]

people = st.sampled_from(PEOPLE)
modes = st.sampled_from(RelayMode)


class OneOwner(RuleBasedStateMachine):
    """Random people try random changes on one task; relays and trail are kept as a store does."""

    task: Task

    def __init__(self) -> None:
        super().__init__()
        self.hand_overs: list[RelayOpened] = []
        self.relays: dict[RelayId, Relay] = {}
        self.ends: Counter[RelayId] = Counter()
        self.events: list[TaskEvent] = []

    @initialize(creator=people, owner=people)
    def create(self, creator: SlackUserId, owner: SlackUserId) -> None:
        self.task = a_task(creator=creator, owner=owner)

    @rule(actor=people, to=people, mode=modes)
    def hand_over(self, actor: SlackUserId, to: SlackUserId, mode: RelayMode) -> None:
        self._hand_over(actor, to, mode)

    @rule(to=people, mode=modes)
    def owner_hands_over(self, to: SlackUserId, mode: RelayMode) -> None:
        """Let the owner hand over, so that chains grow long."""
        self._hand_over(self.task.owner, to, mode)

    @rule(actor=people)
    def snooze(self, actor: SlackUserId) -> None:
        self._try(Changes(self.task).snoozed(NOW, actor))

    @rule(actor=people, progress=st.integers(0, 100))
    def progress(self, actor: SlackUserId, progress: int) -> None:
        self._try(Changes(self.task).progressed(progress, actor))

    @rule(actor=people, title=st.none() | st.text())
    def edit(self, actor: SlackUserId, title: str | None) -> None:
        self._try(Changes(self.task).edited(actor, title=title))

    @rule(actor=people, cancelled=st.booleans(), in_earnest=st.integers(0, 9))
    def close(self, actor: SlackUserId, cancelled: bool, in_earnest: int) -> None:
        # A closed task allows few changes, so most runs close it late.
        if in_earnest == 0:
            changes = Changes(self.task)
            self._try(changes.cancelled(actor) if cancelled else changes.completed(actor))

    @precondition(lambda self: self.hand_overs)
    @rule(which=st.data(), actor=people)
    def answer(self, which: st.DataObject, actor: SlackUserId) -> None:
        opened = which.draw(st.sampled_from(self.hand_overs))
        changes = Changes(self.task)
        answers: list[TaskChange] = [
            changes.accepted(opened, actor),
            changes.declined(opened, actor),
            changes.withdrawn(opened, actor),
            changes.taken_back(opened, actor),
            changes.expired(opened),
            changes.undeliverable(opened),
        ]
        self._try(which.draw(st.sampled_from(answers)))

    @precondition(lambda self: self.task.open_relay is not None)
    @rule(answer=st.sampled_from([Changes.accepted, Changes.declined, Changes.withdrawn]))
    def the_right_person_answers(self, answer: Callable[..., TaskChange]) -> None:
        """Random answers alone would mostly be refused."""
        waiting = self.task.open_relay
        [opened] = [
            opened for opened in self.hand_overs if waiting and opened.relay_id == waiting.id
        ]
        self._try(answer(Changes(self.task), opened))

    @invariant()
    def an_open_task_has_the_owner_that_its_trail_names(self) -> None:
        if self.events:
            assert self.events[-1].owner == self.task.owner
        assert self.task.hops[-1] == self.task.owner

    @invariant()
    def at_most_one_relay_is_open_and_it_is_the_tasks_own(self) -> None:
        waiting = [relay for relay in self.relays.values() if relay.is_open]
        assert waiting == ([self.task.open_relay] if self.task.open_relay else [])

    @invariant()
    def an_open_relay_determines_the_owner(self) -> None:
        if (relay := self.task.open_relay) is not None:
            direct = relay.mode is RelayMode.DIRECT
            assert self.task.owner == (relay.to_user if direct else relay.from_user)

    @invariant()
    def every_relay_ends_once(self) -> None:
        for relay in self.relays.values():
            assert self.ends[relay.id] == (0 if relay.is_open else 1)

    @invariant()
    def a_closed_task_leaves_no_relay_open(self) -> None:
        if not self.task.is_open:
            assert all(relay.end is not None for relay in self.relays.values())

    @invariant()
    def versions_have_no_gaps(self) -> None:
        assert [event.version for event in self.events] == list(range(2, self.task.version + 1))

    @invariant()
    def relays_are_counted(self) -> None:
        assert len(self.relays) == self.task.relay_count

    def _hand_over(self, actor: SlackUserId, to: SlackUserId, mode: RelayMode) -> None:
        opened = Changes(self.task).handed_over(to, actor, mode)
        self.hand_overs.append(opened)
        self._try(opened)

    def _try(self, change: TaskChange) -> None:
        before = self.task
        try:
            self.task = decide(before, change)
        except ChangeRefusedError:
            return
        self.events.append(event_of(before, self.task, change))
        self._keep(before.relay, change)
        if (ended := ended_relay(before, self.task)) is not None:
            self._end(ended, change)
        if (waiting := self.task.open_relay) is not None:
            self.relays[waiting.id] = waiting

    def _keep(self, relay: Relay | None, change: TaskChange) -> None:
        """Check that no change gives a relay a second end."""
        if relay is not None and not relay.is_open and not isinstance(change, RelayOpened):
            assert self.task.relay == relay

    def _end(self, ended: Relay, change: TaskChange) -> None:
        self.ends[ended.id] += 1
        self.relays[ended.id] = ended
        if ended.end is RelayEnd.ACCEPTED:
            assert change.actor == ended.to_user, "accepted by someone else"
            passed_on = isinstance(change, RelayOpened)
            assert passed_on or self.task.owner == ended.to_user, "not given to the receiver"
        elif ended.end is not RelayEnd.UNANSWERED and self.task.is_open:
            assert self.task.owner == ended.from_user, "not given back"


OneOwner.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestOneOwner = OneOwner.TestCase
