"""The lifecycle of one task: from its creation until all involved are told that it is closed."""

from collections import deque
from datetime import UTC, datetime, timedelta

from temporalio import workflow

from relai_workflows import notices
from relai_workflows.background import Background
from relai_workflows.outbox import Outbox
from relai_workflows.outcomes import Outcomes
from relai_workflows.signals import signal_relay_settled
from relai_workflows.timers import wait_until

with workflow.unsafe.imports_passed_through():
    from relai_activities.contracts import ChangeInput, ChangeResult, Deadline, DeadlineInput
    from relai_activities.tasks import TaskActivities
    from relai_core.domain.changes import (
        Cancelled,
        Completed,
        Edited,
        Progressed,
        Snoozed,
        TakenBack,
        TaskEvent,
        TaskUpdate,
    )
    from relai_core.domain.decisions import RefusalReason
    from relai_core.domain.notice import Notice
    from relai_core.domain.outcome import Outcome, Refusal
    from relai_core.domain.reminders import Reminder
    from relai_workflows import options
    from relai_workflows.contracts import (
        LifecycleState,
        OutcomeAsked,
        OutcomeHeard,
        RelayMoved,
        TaskLifecycleInput,
    )
    from relai_workflows.limits import RunLimits


@workflow.defn(name="TaskLifecycleWorkflow")
class TaskLifecycleWorkflow:
    """One per open task. Starting it is the durable write behind `/task new`.

    Three coroutines share the state: decisions (`run`), reminders (`_remind`) and messages
    (`Outbox.run`). So a task can be completed while Slack is down.
    """

    @workflow.init
    def __init__(self, start: TaskLifecycleInput) -> None:
        state = start.state or LifecycleState()
        self._new = start.new
        self._is_closed = start.is_closed
        self._leave_at = datetime.max.replace(tzinfo=UTC)
        self._reminders_stale = False
        self._reminding: Reminder | None = None
        self._requests = deque(state.requests)
        self._taken = dict.fromkeys(state.taken)
        self._background = Background()
        self._outbox = Outbox()
        self._outcomes = Outcomes(self._outbox.put, state.handled)
        if start.state is None:
            self._outcomes.expect(start.new.request_id)
        for change in state.requests:
            self._outcomes.expect(change.id)

    @workflow.run
    async def run(self, start: TaskLifecycleInput) -> None:
        """Run until the task is closed and all notices are sent."""
        self._background.start(self._outbox.run())
        if start.state is None:
            await self._create(start)
        else:
            self._take_up(start.state)
        self._background.start(self._remind())
        self._leave_at = workflow.now() + RunLimits.LONGEST_RUN
        while not (self._may_leave() or self._must_leave()):
            await self._next_event()
            if self._requests:
                await self._carry_out(self._requests.popleft())
        if self._must_leave():
            self._outcomes.leave()
            await workflow.wait_condition(workflow.all_handlers_finished)
        state = self._state()
        self._background.stop()
        if not self._is_closed or state.carried:
            going_on = {"state": state, "is_closed": self._is_closed}
            workflow.continue_as_new(start.model_copy(update=going_on))

    @workflow.signal
    def completed(self, change: Completed) -> None:
        """Finish the task. A second signal of the same request changes nothing."""
        self._record(change)

    @workflow.signal
    def cancelled(self, change: Cancelled) -> None:
        """Drop the task."""
        self._record(change)

    @workflow.signal
    def progressed(self, change: Progressed) -> None:
        """Set the progress."""
        self._record(change)

    @workflow.signal
    def edited(self, change: Edited) -> None:
        """Change title, description or due date."""
        self._record(change)

    @workflow.signal
    def snoozed(self, change: Snoozed) -> None:
        """Be reminded later."""
        self._record(change)

    @workflow.signal
    def reassigned(self, change: TakenBack) -> None:
        """Give the task back to the sender of an unanswered relay."""
        self._record(change)

    @workflow.signal
    def relay_moved(self, moved: RelayMoved) -> None:
        """A relay was opened or ended: refresh the cards, and plan the next reminder again."""
        self._show()

    @workflow.signal
    def replanned(self, notice: Notice) -> None:
        """Send a notice that the audit found missing, and refresh all cards.

        If the ledger calls the notice settled, it is not sent again.
        """
        self._outbox.put(notice)
        self._show()

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

    def _may_leave(self) -> bool:
        """True if nothing is left to do, and the task is closed or the run has had its time."""
        said = self._outbox.is_idle and self._outcomes.is_settled
        decided = not self._requests and workflow.all_handlers_finished()
        return said and decided and (self._is_closed or self._is_old())

    def _must_leave(self) -> bool:
        """True if the run may wait no longer, and the next run can begin with the rest."""
        is_long = workflow.info().get_current_history_length() >= RunLimits.LONGEST_BUSY_HISTORY
        if not is_long and workflow.now() < self._leave_at:
            return False
        state = self._state()
        if state.carried > RunLimits.CARRIED_AT_MOST:
            return False
        return len(state.model_dump_json().encode()) <= RunLimits.LARGEST_STATE

    def _state(self) -> LifecycleState:
        """State for the next run, which plans a reminder that is being sent again."""
        pending = {change.id for change in self._requests}
        reminding = self._reminding.key if self._reminding else None
        return LifecycleState(
            handled=self._outcomes.known_but(pending),
            taken=tuple(key for key in self._taken if key != reminding),
            requests=tuple(self._requests),
            unsent=tuple(each for each in self._outbox.unsent if not each.kind.is_reminder),
            unheard=self._outcomes.unheard,
            has_stale_cards=self._outbox.has_stale_cards,
        )

    def _take_up(self, state: LifecycleState) -> None:
        """Go on with the rest of the last run."""
        for notice in state.unsent:
            self._outbox.put(notice)
        for unheard in state.unheard:
            self._outcomes.tell_unless_heard(unheard)
        if state.has_stale_cards:
            self._show()

    def _is_old(self) -> bool:
        run = workflow.info()
        is_long = run.get_current_history_length() >= RunLimits.LONGEST_HISTORY
        return is_long or run.is_continue_as_new_suggested() or workflow.now() >= self._leave_at

    async def _next_event(self) -> None:
        """Wait for a request, or for the moment to leave. A crash of a coroutine surfaces here."""
        left = self._leave_at - workflow.now()
        await wait_until(self._has_work, left if left > timedelta(0) else None, "continue as new")
        self._background.raise_crash()

    def _has_work(self) -> bool:
        leaves = self._may_leave() or self._must_leave()
        return bool(self._requests) or leaves or self._background.has_crashed

    def _record(self, change: TaskUpdate | TakenBack) -> None:
        if self._outcomes.expect(change.id):
            self._requests.append(change)

    async def _create(self, start: TaskLifecycleInput) -> None:
        task = await workflow.execute_activity_method(
            TaskActivities.create_task, self._new, **options.PEOPLE
        )
        is_refused = task.owner != self._new.owner and task.version == 1
        refusal = Refusal(reason=RefusalReason.UNREACHABLE) if is_refused else None
        outcome = Outcome(request_id=self._new.request_id, task=task, refusal=refusal)
        unheard = notices.created(outcome, self._new) if start.is_awaited else None
        self._outcomes.record(outcome, unheard)
        # Temporal forgets old workflow ids, so a closed task may be started again.
        self._is_closed = not task.is_open
        if task.is_open:
            self._outbox.put(notices.assigned(task))

    async def _carry_out(self, change: TaskUpdate | TakenBack) -> None:
        result = await self._apply(change)
        outcome = Outcome(request_id=change.id, task=result.task, refusal=result.refusal)
        self._outcomes.record(outcome, notices.unheard(outcome, change))
        self._is_closed = not result.task.is_open
        if result.event is None:
            return
        self._show()
        if result.event.settled is not None:
            await signal_relay_settled(result.event.settled)
        self._tell(change, result, result.event)

    async def _apply(self, change: TaskUpdate | TakenBack) -> ChangeResult:
        step = (
            TaskActivities.assign_task
            if isinstance(change, TakenBack)
            else TaskActivities.update_task
        )
        return await workflow.execute_activity_method(
            step, ChangeInput(change=change), summary=change.kind, **options.STORE
        )

    def _tell(self, change: TaskUpdate | TakenBack, result: ChangeResult, event: TaskEvent) -> None:
        if isinstance(change, TakenBack) and result.relay is not None:
            self._outbox.put(notices.taken_back(result.task, change, result.relay.to_user))
        if isinstance(change, Completed | Cancelled):
            for notice in notices.closed(result.task, change, event.settled):
                self._outbox.put(notice)

    def _show(self) -> None:
        self._outbox.refresh_cards(self._new.id)
        self._reminders_stale = True

    async def _remind(self) -> None:
        while True:
            self._reminders_stale = False
            next_up = await workflow.execute_activity_method(
                TaskActivities.check_task_deadline,
                DeadlineInput(task_id=self._new.id, at=workflow.now(), taken=tuple(self._taken)),
                **options.PEOPLE,
            )
            if next_up.reminder is not None and next_up.wait_until is None:
                await self._send(next_up.reminder)
            else:
                await self._wait_for(next_up)

    async def _send(self, reminder: Reminder) -> None:
        # Noted before it is sent, so a crash causes no second reminder.
        self._take(reminder)
        self._reminding = reminder
        result = await self._outbox.send(notices.reminder(self._new, reminder))
        self._reminding = None
        if result.is_deferred:
            del self._taken[reminder.key]

    def _take(self, reminder: Reminder) -> None:
        """Remember it, and forget reminders of other due dates, so edits don't grow the state."""
        kept = [key for key in self._taken if reminder.shares_date_with(key)]
        self._taken = dict.fromkeys([*kept, reminder.key])

    async def _wait_for(self, next_up: Deadline) -> None:
        """Sleep until the reminder is due, or until the task changes."""
        until = next_up.wait_until
        await wait_until(
            lambda: self._reminders_stale,
            until - workflow.now() if until else None,
            next_up.reminder.kind if next_up.reminder else None,
        )
