"""One relay: from its opening until both sides are told its end."""

from collections import deque
from datetime import datetime

from temporalio import workflow

from relai_workflows import notices, relay_clock
from relai_workflows.asking import Asking
from relai_workflows.background import Background
from relai_workflows.outbox import Outbox
from relai_workflows.outcomes import Outcomes
from relai_workflows.signals import signal_relay_moved, signal_relay_settled
from relai_workflows.timers import wait_until

with workflow.unsafe.imports_passed_through():
    from relai_activities.contracts import (
        ChangeInput,
        ChangeResult,
        FindRelayInput,
        RelayTaskInput,
    )
    from relai_activities.relays import RelayActivities
    from relai_core.domain.changes import (
        RelayAccepted,
        RelayAnswer,
        RelayDeclined,
        RelayExpired,
        RelayUndeliverable,
        RelayWithdrawn,
    )
    from relai_core.domain.decisions import RefusalReason
    from relai_core.domain.notice import NoticeKind
    from relai_core.domain.outcome import Outcome
    from relai_core.domain.relay import Relay
    from relai_workflows import options
    from relai_workflows.contracts import (
        OutcomeAsked,
        OutcomeHeard,
        RelaySettled,
        TaskRelayInput,
        TaskRelayResult,
    )


@workflow.defn(name="TaskRelayWorkflow")
class TaskRelayWorkflow:
    """One per hand-over. Starting it is the durable write behind `/relay`.

    It always ends: at the latest when the receiver's window closes and both sides are told.
    """

    @workflow.init
    def __init__(self, start: TaskRelayInput) -> None:
        self._start = start
        self._relay: Relay | None = None
        self._refusal: RefusalReason | None = None
        self._waits_for_delivery = start.answer_by is None
        self._is_timed = False
        self._is_nudged = False
        self._is_settled = False
        self._requests: deque[RelayAnswer] = deque()
        self._background = Background()
        self._outbox = Outbox()
        self._asking = Asking(self._outbox)
        self._outcomes = Outcomes(self._outbox.put)
        self._outcomes.expect(start.request_id)

    @workflow.run
    async def run(self, start: TaskRelayInput) -> TaskRelayResult:
        """Open the relay, wait for its end, tell both sides."""
        self._background.start(self._outbox.run())
        await self._open(start)
        while not self._is_over():
            await self._next_event()
            if self._requests:
                await self._carry_out(self._requests.popleft())
            elif self._relay is not None and self._relay.is_open:
                await self._look_after(self._relay)
        self._background.stop()
        end = self._relay.end if self._relay else None
        return TaskRelayResult(end=end, refusal=self._refusal)

    @workflow.signal
    def accepted(self, change: RelayAccepted) -> None:
        """The receiver takes it."""
        self._record(change)

    @workflow.signal
    def declined(self, change: RelayDeclined) -> None:
        """The receiver gives it back."""
        self._record(change)

    @workflow.signal
    def withdrawn(self, change: RelayWithdrawn) -> None:
        """The sender takes it back."""
        self._record(change)

    @workflow.signal
    def settled(self, settled: RelaySettled) -> None:
        """A change of the task ended the relay: the task was completed or passed on."""
        self._is_settled = True

    @workflow.signal
    def heard(self, heard: OutcomeHeard) -> None:
        """The caller of a request has its outcome."""
        self._outcomes.confirm(heard)

    @workflow.update
    async def outcome(self, asked: OutcomeAsked) -> Outcome:
        """Wait for the outcome of a request that this workflow knows."""
        return await self._outcomes.ask(asked)

    @outcome.validator
    def _outcome_is_known(self, asked: OutcomeAsked) -> None:
        self._outcomes.require_known(asked.request_id)

    def _record(self, change: RelayAnswer) -> None:
        if self._outcomes.expect(change.id):
            self._requests.append(change)

    def _is_over(self) -> bool:
        """True if nothing is left to do."""
        is_open = self._relay is not None and self._relay.is_open
        said = self._outbox.is_idle and self._outcomes.is_settled
        decided = not is_open and not self._requests and workflow.all_handlers_finished()
        return said and decided

    async def _open(self, start: TaskRelayInput) -> None:
        asked = RelayTaskInput(**start.model_dump(), at=workflow.now())
        result = await workflow.execute_activity_method(
            RelayActivities.relay_task, asked, **options.PEOPLE
        )
        outcome = Outcome(request_id=start.request_id, task=result.task, refusal=result.refusal)
        self._outcomes.record(outcome, notices.relay_unheard(outcome, start))
        self._refusal = result.refusal.reason if result.refusal else None
        if result.event is not None and result.event.settled is not None:
            await signal_relay_settled(result.event.settled)
        if result.relay is not None and result.relay.is_open:
            await self._offer_it(result.relay)
        elif result.relay is not None:
            # An earlier try had opened the relay and its answer was lost; the relay has ended.
            await self._ended(result.relay, with_task=True)

    async def _offer_it(self, relay: Relay) -> None:
        self._relay = relay
        self._asking.ask(notices.of_relay(NoticeKind.RELAY_OFFERED, relay, relay.to_user))
        if relay.via is not None:
            # The sender pressed no button, and must be able to take the task back.
            self._outbox.put(notices.of_relay(NoticeKind.RELAY_SENT, relay, relay.from_user))
        await signal_relay_moved(relay.task_id, relay.id)

    async def _next_event(self) -> None:
        """Wait for an answer, or for the next moment of the window."""
        moment = self._next_moment()
        await wait_until(
            lambda: (
                bool(self._requests)
                or self._is_over()
                or self._must_look()
                or self._background.has_crashed
            ),
            moment - workflow.now() if moment else None,
            "answer" if self._is_nudged else "nudge",
        )
        self._background.raise_crash()

    def _next_moment(self) -> datetime | None:
        if self._relay is None or not self._relay.is_open:
            return None
        if self._waits_for_delivery and not self._asking.is_done:
            return None  # the receiver has no offer to answer yet
        return self._relay.answer_by if self._is_nudged else self._relay.nudge_at

    def _must_look(self) -> bool:
        is_open = self._relay is not None and self._relay.is_open
        is_asked = self._asking.obstacle is not None or self._must_time()
        return is_open and (self._is_settled or is_asked)

    def _must_time(self) -> bool:
        """True if the offer was just delivered, and its delay is not checked yet."""
        return self._waits_for_delivery and self._asking.is_done and not self._is_timed

    async def _look_after(self, relay: Relay) -> None:
        now = workflow.now()
        if self._is_settled:
            await self._see_the_end(relay)
        elif (reason := self._asking.obstacle) is not None:
            await self._follow(await self._apply(relay_clock.undeliverable(relay, reason, now)))
        elif self._must_time():
            self._is_timed = True
            if now >= relay.nudge_at:
                await self._postpone(relay)
        elif now >= relay.answer_by:
            await self._follow(await self._apply(relay_clock.expired(relay, now)))
        elif now >= relay.nudge_at and not self._is_nudged:
            self._is_nudged = True
            self._asking.ask(
                notices.of_relay(NoticeKind.RELAY_NUDGED, relay, relay.to_user, relay.nudge_at)
            )

    async def _postpone(self, relay: Relay) -> None:
        result = await workflow.execute_activity_method(
            RelayActivities.postpone_relay,
            relay_clock.postponed(relay, self._start.window, workflow.now()),
            **options.PEOPLE,
        )
        if result.relay is not None and result.relay.is_open:
            self._relay = result.relay
            await signal_relay_moved(relay.task_id, relay.id)
        else:
            await self._follow(result)

    async def _carry_out(self, change: RelayAnswer) -> None:
        result = await self._apply(change)
        outcome = Outcome(request_id=change.id, task=result.task, refusal=result.refusal)
        self._outcomes.record(outcome, notices.unheard(outcome, change))
        # After the outcome, because its caller waits for it.
        await self._follow(result)

    async def _apply(self, change: RelayAnswer | RelayExpired | RelayUndeliverable) -> ChangeResult:
        return await workflow.execute_activity_method(
            RelayActivities.end_relay,
            ChangeInput(change=change),
            summary=change.kind,
            **options.STORE,
        )

    async def _follow(self, result: ChangeResult) -> None:
        if result.relay is not None and not result.relay.is_open:
            await self._ended(result.relay, with_task=False)
        elif self._relay is not None and self._relay.is_open and result.refusal is not None:
            # The change was refused, so another change may have ended the relay.
            await self._see_the_end(self._relay)

    async def _see_the_end(self, relay: Relay) -> None:
        self._is_settled = False
        stored = await workflow.execute_activity_method(
            RelayActivities.find_relay, FindRelayInput(relay_id=relay.id), **options.STORE
        )
        if not stored.is_open:
            # Another workflow withdraws a relay only by closing its task.
            await self._ended(stored, with_task=True)

    async def _ended(self, relay: Relay, *, with_task: bool) -> None:
        self._relay = relay
        for notice in notices.relay_ended(relay, with_task=with_task):
            self._outbox.put(notice)
        await signal_relay_moved(self._start.task_id, self._start.relay_id)
