"""Drivers for the workflows of tasks and hand-overs, in the words of the people involved."""

from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.service import RPCError, RPCStatusCode

from relai_core.domain.changes import (
    Cancelled,
    Completed,
    Edited,
    Progressed,
    RelayAccepted,
    RelayDeclined,
    RelayWithdrawn,
    Snoozed,
    TakenBack,
    TaskChange,
)
from relai_core.domain.ids import RequestId, SlackUserId, relay_id
from relai_core.domain.model import Model
from relai_core.domain.outcome import Outcome
from relai_core.domain.relay import Relay, RelayEnd, RelayMode
from relai_core.domain.task import NewTask, Task
from relai_workflows.contracts import (
    OutcomeAsked,
    OutcomeHeard,
    TaskLifecycleInput,
    TaskRelayInput,
    TaskRelayResult,
)
from relai_workflows.ids import lifecycle_id, relay_workflow_id
from tests.relai_core.builders import ANA, BEN, CI, TEAM, Changes, a_new_task, a_request
from tests.relai_workflows.workflow_env import Handle, WorkflowEnv

WINDOW = timedelta(minutes=10)


class Driver:
    """A workflow that takes people's requests. The base of `TaskDriver` and `RelayDriver`."""

    def __init__(self, env: WorkflowEnv, handle: Handle) -> None:
        self.env = env
        self.handle = handle

    async def signal(self, name: str, change: Model) -> None:
        """Signal a change without asking for its outcome."""
        await self.handle.signal(name, change)

    async def ask(self, request: RequestId) -> Outcome:
        """Get the outcome of a request and confirm it, as the bot does."""
        outcome = await self.ask_only(request)
        await self.confirm(request)
        return outcome

    async def ask_only(self, request: RequestId) -> Outcome:
        """Get the outcome of a request without confirming it."""
        asked = OutcomeAsked(request_id=request)
        return Outcome.model_validate(
            await self.handle.execute_update("outcome", asked, result_type=Outcome)
        )

    async def confirm(self, request: RequestId) -> None:
        """Confirm an outcome. A workflow that has ended needs no confirmation."""
        try:
            await self.handle.signal("heard", OutcomeHeard(request_id=request))
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def carry_out(self, change: TaskChange) -> Outcome:
        """Signal a change, and get and confirm its outcome."""
        await self.signal(_SIGNALS[type(change)], change)
        return await self.ask(change.id)

    async def now(self) -> datetime:
        """The workflow's time."""
        return await self.env.now(self.handle)

    async def advance(self, by: timedelta) -> None:
        """Skip time, and let the workflow do all that is due."""
        await self.env.advance(self.handle, by)

    async def advance_to(self, moment: datetime) -> None:
        """Skip time until `moment`."""
        await self.env.advance_to(self.handle, moment)


class TaskDriver(Driver):
    """The life of a task."""

    def __init__(self, env: WorkflowEnv, handle: Handle, new: NewTask) -> None:
        super().__init__(env, handle)
        self.new = new

    @property
    def says(self) -> Changes:
        """Changes of this task, made now."""
        return Changes(self.new, datetime.now(UTC))

    @property
    def token_says(self) -> Changes:
        """The same changes, made through an API token."""
        return Changes(self.new, datetime.now(UTC), CI)

    async def task(self) -> Task:
        """The task as stored."""
        task = await self.env.store.tasks.find(self.new.id)
        assert task is not None
        return task

    async def hand_over(
        self, to_user: SlackUserId = BEN, from_user: SlackUserId = ANA, **fields: Any
    ) -> "RelayDriver":
        """Hand the task over; the sender gets the outcome."""
        relay = await self.begin_hand_over(to_user, from_user, **fields)
        relay.outcome = await relay.ask(relay.start.request_id)
        await self.env.idle()
        return relay

    async def begin_hand_over(
        self, to_user: SlackUserId = BEN, from_user: SlackUserId = ANA, **fields: Any
    ) -> "RelayDriver":
        """Start a hand-over without asking for its outcome."""
        given: dict[str, Any] = {"request_id": a_request(), "mode": RelayMode.DIRECT}
        given |= {"window": WINDOW} | fields
        start = TaskRelayInput(
            relay_id=relay_id(TEAM, given["request_id"]),
            task_id=self.new.id,
            team_id=TEAM,
            from_user=from_user,
            to_user=to_user,
            **given,
        )
        workflow_id = relay_workflow_id(start.relay_id)
        handle = await self.env.start("TaskRelayWorkflow", start, workflow_id)
        return RelayDriver(self.env, handle, start)


class RelayDriver(Driver):
    """A hand-over. `outcome` is the one that its sender got."""

    outcome: Outcome

    def __init__(self, env: WorkflowEnv, handle: Handle, start: TaskRelayInput) -> None:
        super().__init__(env, handle)
        self.start = start

    async def relay(self) -> Relay:
        """The relay as stored."""
        relay = await self.env.store.tasks.find_relay(self.start.relay_id)
        assert relay is not None
        return relay

    async def end(self) -> RelayEnd | None:
        """Wait for the workflow's end; how the hand-over ended."""
        return (await self.result()).end

    async def result(self) -> TaskRelayResult:
        """Wait for the workflow's result."""
        result = TaskRelayResult.model_validate(await self.handle.result())
        await self.env.idle()
        return result

    def accepted(self, actor: SlackUserId = BEN) -> RelayAccepted:
        return RelayAccepted(**self._about(), actor=actor)

    def declined(self, reason: str, actor: SlackUserId = BEN) -> RelayDeclined:
        return RelayDeclined(**self._about(), actor=actor, reason=reason)

    def withdrawn(self, actor: SlackUserId = ANA) -> RelayWithdrawn:
        return RelayWithdrawn(**self._about(), actor=actor)

    def taken_back(self, actor: SlackUserId = ANA) -> TakenBack:
        return TakenBack(**self._about(), actor=actor)

    def _about(self) -> dict[str, Any]:
        return {
            "id": a_request(),
            "task_id": self.start.task_id,
            "at": datetime.now(UTC),
            "relay_id": self.start.relay_id,
        }


async def begin(env: WorkflowEnv, new: NewTask) -> TaskDriver:
    """Start a lifecycle without asking for the outcome."""
    start = TaskLifecycleInput(new=new)
    return TaskDriver(
        env, await env.start("TaskLifecycleWorkflow", start, lifecycle_id(new.id)), new
    )


async def create(env: WorkflowEnv, **fields: Any) -> TaskDriver:
    """Create a task, Ana's own by default; the creator gets the outcome."""
    life = await begin(env, a_new_task(**({"created_at": datetime.now(UTC)} | fields)))
    await life.ask(life.new.request_id)
    await env.idle()
    return life


_SIGNALS: dict[type[Model], str] = {
    Completed: "completed",
    Cancelled: "cancelled",
    Progressed: "progressed",
    Edited: "edited",
    Snoozed: "snoozed",
    TakenBack: "reassigned",
    RelayAccepted: "accepted",
    RelayDeclined: "declined",
    RelayWithdrawn: "withdrawn",
}
