"""Mends what can be mended without anybody's judgement: starts what is missing, says what was not.

Everything here may be done twice, and by two at once: a workflow is started under the id that it
has anyway, what it writes is named by the request behind it, and the ledger knows what is said.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError

from relai_audit.check import TELL_EACH, Progress
from relai_audit.findings import Finding, FindingKind
from relai_audit.report import Repair, Report
from relai_audit.side_by_side import one_by_one, side_by_side
from relai_core.domain.ids import RelayId, RequestId, TaskId
from relai_core.domain.model import Model
from relai_core.domain.relay import Relay
from relai_core.domain.task import NewTask, Task
from relai_core.errors import NotFoundError, UnavailableError
from relai_core.store.tasks import MongoTaskStore
from relai_workflows.contracts import (
    LifecycleState,
    RelayMoved,
    TaskLifecycleInput,
    TaskRelayInput,
)
from relai_workflows.ids import lifecycle_id, relay_workflow_id

_IN_THIS_ORDER = (
    {FindingKind.TASK_WITHOUT_WORKFLOW, FindingKind.RELAY_WITHOUT_WORKFLOW},
    {FindingKind.NOBODY_TOLD, FindingKind.NOTICE_ABANDONED},
)
"""Workflows first: they say what they have to say, before they are told to."""


class Repairer:
    """Acts on findings. `window` is how long a receiver has whose time begins anew."""

    def __init__(
        self, tasks: MongoTaskStore, client: Client, task_queue: str, window: timedelta
    ) -> None:
        self._tasks = tasks
        self._client = client
        self._task_queue = task_queue
        self._window = window
        self._lost: UnavailableError | RPCError | None = None
        self._remedies: Mapping[FindingKind, Callable[[Finding], Awaitable[str]]] = {
            FindingKind.TASK_WITHOUT_WORKFLOW: self._start_lifecycle,
            FindingKind.RELAY_WITHOUT_WORKFLOW: self._start_relay,
            FindingKind.NOBODY_TOLD: self._replan,
            FindingKind.NOTICE_ABANDONED: self._replan,
        }

    async def repair(self, report: Report, progress: Progress) -> Report:
        """The report with what was done about it. What nothing here mends is left as it is.

        If MongoDB or Temporal goes away, what follows is left; what was done stays done.
        """
        repairs: list[Repair] = []
        for kinds in _IN_THIS_ORDER:
            findings = [each for each in report.findings if each.kind in kinds]
            async for repair in side_by_side(self._repair, one_by_one(findings)):
                repairs.append(repair)
                if len(repairs) % TELL_EACH == 0:
                    progress(f"{len(repairs):,} repaired")
        return report.model_copy(update={"repairs": tuple(repairs)})

    async def _repair(self, finding: Finding) -> Repair:
        left = partial(Repair, finding=finding, is_mended=False)
        if self._lost is not None:
            return left(said=f"{finding.subject} is left: {self._lost}")
        try:
            said = await self._remedies[finding.kind](finding)
        except NotFoundError as error:
            return left(said=str(error))
        except (UnavailableError, RPCError) as error:
            self._lost = error
            return left(said=f"{finding.subject} is left: {error}")
        return Repair(finding=finding, is_mended=True, said=said)

    async def _start_lifecycle(self, finding: Finding) -> str:
        task = await self._task(TaskId(finding.subject))
        if not task.is_open:
            return f"task {task.id} is closed by now"
        relay = task.relay
        # Its cards may be out of date: a change of a hand-over shows them anew.
        moved = ("relay_moved", RelayMoved(relay_id=relay.id)) if relay is not None else None
        await self._look_after(task, moved)
        return f"task {task.id} is looked after again by {lifecycle_id(task.id)}"

    async def _start_relay(self, finding: Finding) -> str:
        relay = await self._tasks.find_relay(RelayId(finding.subject))
        if relay is None or not relay.is_open:
            return f"hand-over {finding.subject} has ended by now"
        workflow_id = relay_workflow_id(relay.id)
        start = await self._relay_input(relay)
        await self._start("TaskRelayWorkflow", start, workflow_id)
        return f"hand-over {relay.id} is looked after again by {workflow_id}"

    async def _replan(self, finding: Finding) -> str:
        notice = finding.notice
        if notice is None or notice.task_id is None:
            raise NotFoundError(f"{finding.subject}: a newcomer's workflow takes no notices")
        task = await self._task(notice.task_id)
        await self._look_after(task, ("replanned", notice))
        return f"{notice.key} is planned again by {lifecycle_id(task.id)}"

    async def _look_after(self, task: Task, signal: tuple[str, Model] | None) -> None:
        """See to it that a task's workflow runs, and tell it something.

        One that begins with a state creates nothing, and gives nobody a first card: whoever holds
        the task got theirs with the hand-over. One whose task is closed ends by itself.
        """
        is_begun = task.is_open and task.relay_count > 0
        start = TaskLifecycleInput(
            new=await self._new(task),
            is_awaited=False,
            state=LifecycleState() if is_begun else None,
        )
        await self._start("TaskLifecycleWorkflow", start, lifecycle_id(task.id), signal)

    async def _start(
        self,
        workflow: str,
        start: Model,
        workflow_id: str,
        signal: tuple[str, Model] | None = None,
    ) -> None:
        """Start a workflow unless it runs; under an id that it may have had before."""
        name, about = signal or (None, None)
        await self._client.start_workflow(
            workflow,
            start,
            id=workflow_id,
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal=name,
            start_signal_args=[about] if about is not None else [],
        )

    async def _new(self, task: Task) -> NewTask:
        return NewTask(
            id=task.id,
            team_id=task.team_id,
            request_id=await self._cause(task.id, "created"),
            title=task.title,
            description=task.description,
            creator=task.creator,
            owner=task.owner,
            due_at=task.due_at,
            created_at=task.created_at,
            via=task.via,
        )

    async def _relay_input(self, relay: Relay) -> TaskRelayInput:
        return TaskRelayInput(
            request_id=await self._cause(relay.task_id, "relay_opened", relay.id),
            relay_id=relay.id,
            task_id=relay.task_id,
            team_id=relay.team_id,
            from_user=relay.from_user,
            to_user=relay.to_user,
            mode=relay.mode,
            note=relay.note,
            window=self._window,
            via=relay.via,
            is_awaited=False,
        )

    async def _task(self, task_id: TaskId) -> Task:
        task = await self._tasks.find(task_id)
        if task is None:
            raise NotFoundError(f"task {task_id} is not in the store any more")
        return task

    async def _cause(
        self, task_id: TaskId, kind: str, relay_id: RelayId | None = None
    ) -> RequestId:
        """The request behind a line of the trail: with it, a repeat is known as one."""
        for event in await self._tasks.list_events(task_id):
            if event.kind == kind and event.relay_id == relay_id:
                return event.id
        raise NotFoundError(f"the trail of {task_id} has no {kind}: mend the trail first")
