"""The bot's side of Temporal: durable steps out, outcomes back. Nothing else in the bot knows it.

Each durable step is one call that is safe to repeat, because its ids come from the request. What
became of it is asked for afterwards, so a worker that is away costs the answer, not the request.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

import structlog
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeTaskQueueResponse,
)
from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from relai_core.domain.changes import (
    Completed,
    Progressed,
    RelayAccepted,
    RelayDeclined,
    RelayWithdrawn,
    TakenBack,
    TaskChange,
)
from relai_core.domain.decisions import ChangeRefusedError
from relai_core.domain.ids import RequestId, SlackUserId, TaskId, relay_id, team_of
from relai_core.domain.model import Model
from relai_core.domain.outcome import Outcome
from relai_core.domain.relay import RelayMode
from relai_core.domain.task import NewTask, Task
from relai_core.errors import RelaiError, UnavailableError
from relai_workflows.contracts import (
    OutcomeAsked,
    TaskLifecycleInput,
    TaskRelayInput,
    UserOnboardingInput,
)
from relai_workflows.ids import lifecycle_id, onboarding_id, relay_workflow_id

__all__ = [
    "Answered",
    "TemporalService",
    "UnconfirmedError",
    "UserOnboardingInput",
    "WorkflowEndedError",
    "WorkflowStatus",
    "lifecycle_id",
    "relay_workflow_id",
]

DURABLE_WITHIN = timedelta(seconds=1)
"""Half of what an answer may take: the outcome is asked for in the other half."""
OUTCOME_WITHIN = timedelta(seconds=1)
_PAUSE = timedelta(milliseconds=100)
_POLLED_WITHIN = timedelta(seconds=75)
"""An idle worker asks anew once a minute."""
_TRANSIENT = frozenset(
    {
        RPCStatusCode.ABORTED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.UNKNOWN,
    }
)
# The SDK tells only in words that a call never left: no connection yet, or none any more.
_NEVER_CONNECTED = "Failed client connect"
_REFUSED = "tcp connect error"

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class UnconfirmedError(RelaiError):
    """Temporal did not answer in time: the request may have been saved or not."""

    def __init__(self) -> None:
        super().__init__(
            "RelAI could not confirm in time whether this was saved. "
            "Look at `/task list` before you try again."
        )


class WorkflowEndedError(Exception):
    """The workflow has done all it had to do, or never ran. The store knows what became of it."""


class NoWorkerError(Exception):
    """Nobody carries out what is saved."""


class Answered(NamedTuple):
    """A request that is durably saved. Without an outcome no worker answered in time."""

    workflow_id: str
    outcome: Outcome | None

    def task_after(self) -> Task | None:
        """The task after the request, or None if that is not known yet.

        Raises:
            ChangeRefusedError: the request was not carried out.
        """
        if self.outcome is None:
            return None
        if (refusal := self.outcome.refusal) is not None:
            raise ChangeRefusedError(refusal.reason, self.outcome.task, refusal.relay)
        return self.outcome.task


class WorkflowStatus(NamedTuple):
    """Where a workflow execution stands. `status` is Temporal's word in lower case."""

    workflow_id: str
    workflow_type: str
    status: str
    started_at: datetime
    closed_at: datetime | None


class TemporalService:
    """Starts and signals workflows.

    Every durable step raises `UnavailableError` if it provably was not done, and
    `UnconfirmedError` if that can't be told, both within `DURABLE_WITHIN`. A step for a workflow
    that has ended raises `WorkflowEndedError`.
    """

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self.task_queue = task_queue

    async def start_task_lifecycle_workflow(self, data: NewTask) -> Answered:
        """Create a task. A repeat means the same task."""
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
    ) -> Answered:
        """Hand a task over. A repeat means the same hand-over."""
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
        )
        workflow_id = relay_workflow_id(relay.relay_id)
        await self._start("TaskRelayWorkflow", relay, workflow_id)
        return await self._answered(workflow_id, request)

    async def start_user_onboarding_workflow(self, data: UserOnboardingInput) -> str:
        """Welcome someone; the workflow id. Who was welcomed already is not welcomed again."""
        workflow_id = onboarding_id(data.team_id, data.user_id)
        try:
            await self._start("UserOnboardingWorkflow", data, workflow_id)
        except WorkflowEndedError:
            _log.info("onboarding_already_over", workflow_id=workflow_id)
        return workflow_id

    async def get_workflow_status(self, workflow_id: str) -> WorkflowStatus:
        """Where a workflow execution stands.

        Raises:
            WorkflowEndedError: Temporal knows no such workflow, or none any more.
        """
        handle = self._client.get_workflow_handle(workflow_id)
        with _ended_if_not_found(workflow_id):
            found = await _confirmed(lambda: handle.describe(rpc_timeout=DURABLE_WITHIN))
        status = found.status.name.lower() if found.status else "unknown"
        return WorkflowStatus(
            found.id, found.workflow_type, status, found.start_time, found.close_time
        )

    async def signal_task_completed(self, workflow_id: str, *, change: Completed) -> Answered:
        """Tell a lifecycle that its task is done."""
        return await self._signal(workflow_id, "completed", change)

    async def signal_task_progressed(self, workflow_id: str, *, change: Progressed) -> Answered:
        """Tell a lifecycle how far its task is."""
        return await self._signal(workflow_id, "progressed", change)

    async def signal_task_reassigned(
        self, workflow_id: str, new_user: SlackUserId, *, change: TakenBack
    ) -> Answered:
        """Tell a lifecycle that its task goes back to `new_user`, who handed it over unanswered."""
        if new_user != change.actor:
            raise ValueError("a task is only taken back by who handed it over")
        return await self._signal(workflow_id, "reassigned", change)

    async def signal_relay_accepted(self, workflow_id: str, *, change: RelayAccepted) -> Answered:
        """Tell a relay that its receiver takes the task."""
        return await self._signal(workflow_id, "accepted", change)

    async def signal_relay_declined(self, workflow_id: str, *, change: RelayDeclined) -> Answered:
        """Tell a relay that its receiver gives the task back."""
        return await self._signal(workflow_id, "declined", change)

    async def signal_relay_withdrawn(self, workflow_id: str, *, change: RelayWithdrawn) -> Answered:
        """Tell a relay that its sender takes the task back."""
        return await self._signal(workflow_id, "withdrawn", change)

    async def ping(self) -> None:
        """Return if Temporal answers."""
        await self._describe_task_queue()

    async def require_worker(self) -> None:
        """Return if a worker has polled the task queue within `_POLLED_WITHIN`.

        Raises:
            NoWorkerError: none has.
        """
        pollers = (await self._describe_task_queue()).pollers
        latest = max((poller.last_access_time.ToDatetime(UTC) for poller in pollers), default=None)
        if latest is None or datetime.now(UTC) - latest > _POLLED_WITHIN:
            raise NoWorkerError(f"no worker polls {self.task_queue}")

    async def _describe_task_queue(self) -> DescribeTaskQueueResponse:
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=self.task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        service = self._client.workflow_service
        return await _confirmed(
            lambda: service.describe_task_queue(request, timeout=DURABLE_WITHIN)
        )

    async def _start(self, workflow: str, start: Model, workflow_id: str) -> None:
        try:
            await _confirmed(
                lambda: self._client.start_workflow(
                    workflow,
                    start,
                    id=workflow_id,
                    task_queue=self.task_queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    rpc_timeout=DURABLE_WITHIN,
                )
            )
        except WorkflowAlreadyStartedError as error:
            raise WorkflowEndedError(workflow_id) from error

    async def _signal(self, workflow_id: str, signal: str, change: TaskChange) -> Answered:
        handle = self._client.get_workflow_handle(workflow_id)
        with _ended_if_not_found(workflow_id):
            await _confirmed(lambda: handle.signal(signal, change, rpc_timeout=DURABLE_WITHIN))
        return await self._answered(workflow_id, change.id)

    async def _answered(self, workflow_id: str, request: RequestId) -> Answered:
        """Ask what became of a request that is saved; its outcome may well come later."""
        handle = self._client.get_workflow_handle(workflow_id)
        asked = OutcomeAsked(request_id=request, until=datetime.now(UTC) + OUTCOME_WITHIN)
        try:
            async with asyncio.timeout(OUTCOME_WITHIN.total_seconds()):
                outcome = await handle.execute_update("outcome", asked, result_type=Outcome)
        except (
            TimeoutError,
            RPCError,
            WorkflowUpdateFailedError,
            WorkflowUpdateRPCTimeoutOrCancelledError,
        ) as error:
            _log.info("outcome_not_known_yet", workflow_id=workflow_id, cause=type(error).__name__)
            return Answered(workflow_id, None)
        return Answered(workflow_id, outcome)


@contextmanager
def _ended_if_not_found(workflow_id: str) -> Iterator[None]:
    try:
        yield
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise WorkflowEndedError(workflow_id) from error


async def _confirmed(call: Callable[[], Awaitable[_T]]) -> _T:
    """Make a repeatable call until it is confirmed, or `DURABLE_WITHIN` has passed.

    Raises:
        RPCError: Temporal refused it for good.
        UnavailableError: no try ever left this process, so nothing was done.
        UnconfirmedError: a try may have arrived.
    """
    may_be_done = False
    failure: RPCError | RuntimeError | None = None
    try:
        async with asyncio.timeout(DURABLE_WITHIN.total_seconds()):
            while True:
                by_earlier_try, may_be_done = may_be_done, True
                try:
                    return await call()
                except (RPCError, RuntimeError) as error:
                    _require_transient(error)
                    may_be_done = by_earlier_try or not _was_never_sent(error)
                    failure = error
                await asyncio.sleep(_PAUSE.total_seconds())
    except TimeoutError:
        _log.warning("temporal_not_confirmed", may_be_done=may_be_done, cause=str(failure))
        raise (UnconfirmedError() if may_be_done else UnavailableError("Temporal")) from failure


def _require_transient(error: RPCError | RuntimeError) -> None:
    """Raise `error` again unless the same call may succeed in a moment."""
    if isinstance(error, RPCError):
        if error.status not in _TRANSIENT:
            raise error
    elif not str(error).startswith(_NEVER_CONNECTED):
        raise error


def _was_never_sent(error: RPCError | RuntimeError) -> bool:
    text = str(error)
    return text.startswith(_NEVER_CONNECTED) or _REFUSED in text
