"""Tasks and hand-overs on a env, as the people who have to do with them see them."""

from datetime import UTC, datetime, timedelta
from typing import Any

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
    """A workflow that answers for the requests of people."""

    def __init__(self, env: WorkflowEnv, handle: Handle) -> None:
        self.env = env
        self.handle = handle

    async def signal(self, name: str, change: Model) -> None:
        """Say something to it; nobody waits for the outcome."""
        await self.handle.signal(name, change)

    async def ask(self, request: RequestId) -> Outcome:
        """Hear the outcome of a request."""
        until = datetime.max.replace(tzinfo=UTC)
        return await self._ask(OutcomeAsked(request_id=request, until=until))

    async def ask_to_confirm(self, request: RequestId) -> Outcome:
        """Hear the outcome of a request, and don't say yet that it was heard."""
        asked = OutcomeAsked(request_id=request, until=await self.now(), confirms=True)
        return await self._ask(asked)

    async def confirm(self, request: RequestId) -> None:
        """Say that its outcome was heard."""
        await self.handle.signal("heard", OutcomeHeard(request_id=request))

    async def _ask(self, asked: OutcomeAsked) -> Outcome:
        return Outcome.model_validate(
            await self.handle.execute_update("outcome", asked, result_type=Outcome)
        )

    async def carry_out(self, change: TaskChange) -> Outcome:
        """Say something to it and hear the outcome."""
        await self.signal(_SIGNALS[type(change)], change)
        return await self.ask(change.id)

    async def now(self) -> datetime:
        """Its time."""
        return await self.env.now(self.handle)

    async def advance(self, by: timedelta) -> None:
        """Let time pass for it."""
        await self.env.advance(self.handle, by)

    async def advance_to(self, moment: datetime) -> None:
        """Let time pass for it until `moment`."""
        await self.env.advance_to(self.handle, moment)


class TaskDriver(Driver):
    """The life of a task."""

    def __init__(self, env: WorkflowEnv, handle: Handle, new: NewTask) -> None:
        super().__init__(env, handle)
        self.new = new

    @property
    def says(self) -> Changes:
        """Changes of this task, said now."""
        return Changes(self.new, datetime.now(UTC))

    @property
    def token_says(self) -> Changes:
        """The same, said through an API token in people's names."""
        return Changes(self.new, datetime.now(UTC), CI)

    async def task(self) -> Task:
        """The task as stored."""
        task = await self.env.store.tasks.find(self.new.id)
        assert task is not None
        return task

    async def hand_over(
        self, to_user: SlackUserId = BEN, from_user: SlackUserId = ANA, **fields: Any
    ) -> "RelayDriver":
        """A hand-over of the task whose sender knows that it was done."""
        relay = await self.begin_hand_over(to_user, from_user, **fields)
        relay.outcome = await relay.ask(relay.start.request_id)
        await self.env.idle()
        return relay

    async def begin_hand_over(
        self, to_user: SlackUserId = BEN, from_user: SlackUserId = ANA, **fields: Any
    ) -> "RelayDriver":
        """A hand-over of the task; nobody waits to hear whether it was done."""
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
    """A hand-over. `outcome` is what its sender heard."""

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
        """How the workflow says that it ended, once it has."""
        return (await self.result()).end

    async def result(self) -> TaskRelayResult:
        """What the workflow says at its end."""
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
    """Start the life of a task; nobody waits for its number."""
    start = TaskLifecycleInput(new=new)
    return TaskDriver(
        env, await env.start("TaskLifecycleWorkflow", start, lifecycle_id(new.id)), new
    )


async def create(env: WorkflowEnv, **fields: Any) -> TaskDriver:
    """A task created just now, Ana's own if nothing else is said, whose creator was told so."""
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
