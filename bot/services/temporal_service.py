"""Starts and signals workflows, and reads the outcomes of requests.

Each durable step is one call that is safe to repeat, because its ids come from the request. The
bot asks for the outcome in a second call. So if no worker runs, the request is still saved, and
only the outcome comes later.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from bot.background import Background
from bot.services.durable_calls import (
    DURABLE_WITHIN,
    UnconfirmedError,
    WorkflowEndedError,
    confirmed,
    ended_if_not_found,
)
from bot.services.workflow_status import WorkflowStatus, describe_workflow
from relai_core.codec import UnreadablePayloadError
from relai_core.domain.changes import (
    Cancelled,
    Completed,
    Edited,
    Progressed,
    RelayAccepted,
    RelayAnswer,
    RelayDeclined,
    RelayWithdrawn,
    TakenBack,
    TaskChange,
)
from relai_core.domain.decisions import ChangeRefusedError
from relai_core.domain.ids import RequestId, SlackUserId, TaskId, TokenName, relay_id, team_of
from relai_core.domain.model import Model
from relai_core.domain.outcome import Outcome
from relai_core.domain.relay import RelayMode
from relai_core.domain.task import NewTask, Task
from relai_core.errors import UnavailableError
from relai_workflows.contracts import (
    OutcomeAsked,
    OutcomeHeard,
    TaskLifecycleInput,
    TaskRelayInput,
    UserOnboardingInput,
)
from relai_workflows.ids import belongs_to, lifecycle_id, onboarding_id, relay_workflow_id

__all__ = [
    "Answered",
    "RelayAnswer",
    "TemporalService",
    "UserOnboardingInput",
    "WorkflowStatus",
    "belongs_to",
    "lifecycle_id",
    "relay_workflow_id",
]

OUTCOME_WITHIN = timedelta(milliseconds=800)
"""Time to wait for an outcome."""
_ROOM_PAUSE = timedelta(milliseconds=50)
_RELAY_SIGNALS: dict[type[RelayAnswer], str] = {
    RelayAccepted: "accepted",
    RelayDeclined: "declined",
    RelayWithdrawn: "withdrawn",
}

_log = structlog.get_logger(__name__)


class Answered(NamedTuple):
    """A durably saved request. `outcome` is None if no worker answered in time."""

    workflow_id: str
    outcome: Outcome | None

    def task_after(self) -> Task | None:
        """The task after the request, or None if that is not known yet.

        Raises:
            ChangeRefusedError: the rules forbid the change.
        """
        if self.outcome is None:
            return None
        if (refusal := self.outcome.refusal) is not None:
            raise ChangeRefusedError(refusal.reason, self.outcome.task, refusal.relay)
        return self.outcome.task


class TemporalService:
    """Starts and signals workflows.

    Each durable step ends within `DURABLE_WITHIN`. It raises `UnavailableError` if nothing was
    done, `UnconfirmedError` if that is not known, and `WorkflowEndedError` if the workflow has
    ended.
    """

    def __init__(
        self,
        client: Client,
        task_queue: str,
        background: Background | None = None,
    ) -> None:
        self._client = client
        self._task_queue = task_queue
        self._background = background or Background()

    async def start_task_lifecycle_workflow(self, data: NewTask) -> Answered:
        """Create a task. A repeated request gets the same task."""
        workflow_id = lifecycle_id(data.id)
        await self._start("TaskLifecycleWorkflow", TaskLifecycleInput(new=data), workflow_id)
        return await self._answered(workflow_id, data.request_id)

    async def start_task_relay_workflow(
        self,
        task_id: TaskId,
        from_user: SlackUserId,
        to_user: SlackUserId,
        message: str,
        *,
        request: RequestId,
        mode: RelayMode,
        window: timedelta,
        answer_by: datetime | None = None,
        via: TokenName | None = None,
    ) -> Answered:
        """Hand a task over. A repeated request gets the same hand-over."""
        team_id = team_of(task_id)
        relay = TaskRelayInput(
            request_id=request,
            relay_id=relay_id(team_id, request),
            task_id=task_id,
            team_id=team_id,
            from_user=from_user,
            to_user=to_user,
            mode=mode,
            note=message,
            window=window,
            answer_by=answer_by,
            via=via,
        )
        workflow_id = relay_workflow_id(relay.relay_id)
        await self._start("TaskRelayWorkflow", relay, workflow_id)
        return await self._answered(workflow_id, request)

    async def start_user_onboarding_workflow(self, data: UserOnboardingInput) -> str:
        """Onboard a person, once, and return the workflow id."""
        workflow_id = onboarding_id(data.team_id, data.user_id)
        try:
            await self._start("UserOnboardingWorkflow", data, workflow_id)
        except WorkflowEndedError:
            _log.info("onboarding_already_over", workflow_id=workflow_id)
        return workflow_id

    async def get_workflow_status(self, workflow_id: str) -> WorkflowStatus:
        """Read the status of a workflow execution.

        Raises:
            WorkflowEndedError: Temporal has no such workflow, or has deleted it.
        """
        return await describe_workflow(self._client, workflow_id)

    async def signal_task_completed(self, workflow_id: str, *, change: Completed) -> Answered:
        """Tell a lifecycle that its task is done."""
        return await self._signal(workflow_id, "completed", change)

    async def signal_task_cancelled(self, workflow_id: str, *, change: Cancelled) -> Answered:
        """Tell a lifecycle that its task is cancelled."""
        return await self._signal(workflow_id, "cancelled", change)

    async def signal_task_edited(self, workflow_id: str, *, change: Edited) -> Answered:
        """Tell a lifecycle to edit its task."""
        return await self._signal(workflow_id, "edited", change)

    async def signal_task_progressed(self, workflow_id: str, *, change: Progressed) -> Answered:
        """Tell a lifecycle the progress of its task."""
        return await self._signal(workflow_id, "progressed", change)

    async def signal_task_reassigned(
        self, workflow_id: str, new_user: SlackUserId, *, change: TakenBack
    ) -> Answered:
        """Tell a lifecycle that `new_user` takes back a hand-over that ended unanswered."""
        if new_user != change.actor:
            raise ValueError("only the person who handed a task over can take it back")
        return await self._signal(workflow_id, "reassigned", change)

    async def signal_relay_answered(self, workflow_id: str, *, change: RelayAnswer) -> Answered:
        """Tell a relay the answer of its receiver or sender."""
        return await self._signal(workflow_id, _RELAY_SIGNALS[type(change)], change)

    async def _start(self, workflow: str, start: Model, workflow_id: str) -> None:
        try:
            await confirmed(
                lambda: self._client.start_workflow(
                    workflow,
                    start,
                    id=workflow_id,
                    task_queue=self._task_queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    rpc_timeout=DURABLE_WITHIN,
                )
            )
        except WorkflowAlreadyStartedError as error:
            raise WorkflowEndedError(workflow_id) from error

    async def _signal(self, workflow_id: str, signal: str, change: TaskChange) -> Answered:
        handle = self._client.get_workflow_handle(workflow_id)
        with ended_if_not_found(workflow_id):
            await confirmed(lambda: handle.signal(signal, change, rpc_timeout=DURABLE_WITHIN))
        return await self._answered(workflow_id, change.id)

    async def _answered(self, workflow_id: str, request: RequestId) -> Answered:
        """Ask for the outcome of a saved request, and confirm an outcome that comes in time."""
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            async with asyncio.timeout(OUTCOME_WITHIN.total_seconds()):
                with ended_if_not_found(workflow_id):
                    outcome = await _ask(handle, OutcomeAsked(request_id=request))
        except (
            TimeoutError,
            RPCError,
            UnreadablePayloadError,
            WorkflowUpdateFailedError,
            WorkflowUpdateRPCTimeoutOrCancelledError,
        ) as error:
            # The SDK turns every cancellation into its own error. So if the timeout of the whole
            # answer fires during this call, the result is also "saved, outcome unknown".
            _log.info("outcome_not_known_yet", workflow_id=workflow_id, cause=type(error).__name__)
            return Answered(workflow_id, None)
        self._background.soon(_confirm(handle, OutcomeHeard(request_id=request)))
        return Answered(workflow_id, outcome)


async def _confirm(handle: WorkflowHandle[Any, Any], heard: OutcomeHeard) -> None:
    try:
        with ended_if_not_found(handle.id):
            await confirmed(lambda: handle.signal("heard", heard, rpc_timeout=DURABLE_WITHIN))
    except WorkflowEndedError:
        _log.debug("heard_after_the_end", workflow_id=handle.id)
    except (UnavailableError, UnconfirmedError) as error:
        # The workflow then sends a notice, so the person may be told twice.
        _log.info("heard_not_confirmed", workflow_id=handle.id, cause=type(error).__name__)


async def _ask(handle: WorkflowHandle[Any, Any], asked: OutcomeAsked) -> Outcome:
    """Ask for the outcome. Retry while ten updates of the workflow, Temporal's limit, are open."""
    while True:
        try:
            found: Outcome = await handle.execute_update("outcome", asked, result_type=Outcome)
        except RPCError as error:
            if error.status is not RPCStatusCode.RESOURCE_EXHAUSTED:
                raise
        else:
            return found
        await asyncio.sleep(_ROOM_PAUSE.total_seconds())
