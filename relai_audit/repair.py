"""Mends what needs nobody's judgement: takes up what was broken off, says what was not said.

Everything here may be done twice, and by two at once: a workflow goes on under the id that it has
anyway, what it writes is named by the request behind it, and the ledger knows what is said.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from time import monotonic

from pydantic import ValidationError
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from relai_audit.check import TELL_EACH, Progress
from relai_audit.executions import Executions
from relai_audit.findings import Finding, FindingKind, NotMendedError
from relai_audit.report import Repair, Report
from relai_audit.resuming import resume
from relai_audit.side_by_side import one_by_one, side_by_side
from relai_audit.subjects import task_of
from relai_core.domain.ids import NoticeKey, RelayId, RequestId, TaskId
from relai_core.domain.model import Model
from relai_core.domain.notice import Notice, NoticeState
from relai_core.domain.relay import Relay
from relai_core.domain.task import NewTask, Task
from relai_core.domain.telling import first_card
from relai_core.errors import NotFoundError, UnavailableError
from relai_core.store.database import Database, StoreError
from relai_workflows.contracts import (
    LifecycleState,
    RelayMoved,
    TaskLifecycleInput,
    TaskRelayInput,
)
from relai_workflows.ids import lifecycle_id, relay_workflow_id

ANSWERED_WITHIN = timedelta(seconds=5)
"""How long Slack's answer to a message that is sent again is waited for."""
_LOOKS_EVERY = timedelta(milliseconds=100)
_IN_THIS_ORDER = (
    {
        FindingKind.TASK_WITHOUT_WORKFLOW,
        FindingKind.RELAY_WITHOUT_WORKFLOW,
        FindingKind.REQUEST_BROKEN_OFF,
        FindingKind.TASK_MISFILED,
    },
    {FindingKind.NOBODY_TOLD, FindingKind.NOTICE_ABANDONED, FindingKind.NOTICE_FAILED},
)
"""Workflows first: they say what they have to say, before they are told to."""

_AWAY = frozenset({RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED})

_Signal = tuple[str, Model]


class Repairer:
    """Acts on findings. `window` is how long a receiver has whose time is over."""

    def __init__(
        self, database: Database, client: Client, executions: Executions, window: timedelta
    ) -> None:
        self._tasks = database.tasks
        self._ledger = database.notices
        self._find_notice = database.audit.find_notice
        self._server_time = database.audit.server_time
        self._client = client
        self._executions = executions
        self._window = window
        self._lost: UnavailableError | StoreError | RPCError | None = None
        self._remedies: Mapping[FindingKind, Callable[[Finding], Awaitable[str]]] = {
            FindingKind.TASK_WITHOUT_WORKFLOW: self._look_after_task,
            FindingKind.RELAY_WITHOUT_WORKFLOW: self._look_after_relay,
            FindingKind.REQUEST_BROKEN_OFF: self._carry_on,
            FindingKind.TASK_MISFILED: self._refile,
            FindingKind.NOBODY_TOLD: self._replan,
            FindingKind.NOTICE_ABANDONED: self._replan,
            FindingKind.NOTICE_FAILED: self._send_again,
        }

    async def repair(self, report: Report, progress: Progress) -> Report:
        """The report with what was done about it. What nothing here mends is left as it is.

        Nothing is done where the report speaks for wrong settings, or nobody would carry it out.
        What MongoDB or Temporal refuses is left, and once one of them is away so is all that
        follows. What was done stays done, and is told even if an error of the program ends it all.
        """
        if (why := _objection(report)) is not None:
            return report.model_copy(update={"refused": why})
        repairs: list[Repair] = []
        broken_off = ""
        try:
            async for repair in self._repairs(report):
                repairs.append(repair)
                if len(repairs) % TELL_EACH == 0:
                    progress(f"{len(repairs):,} repaired")
        except Exception as error:  # noqa: BLE001 - whatever it is, what was done is told
            broken_off = f"{type(error).__name__}: {error}"
        return report.model_copy(update={"repairs": tuple(repairs), "broken_off": broken_off})

    async def _repairs(self, report: Report) -> AsyncIterator[Repair]:
        for kinds in _IN_THIS_ORDER:
            findings = [each for each in report.findings if each.kind in kinds]
            async for repair in side_by_side(self._repair, one_by_one(findings)):
                yield repair

    async def _repair(self, finding: Finding) -> Repair:
        left = partial(Repair, finding=finding, is_mended=False)
        if self._lost is not None:
            return left(said=f"{finding.subject} is left: {self._lost}")
        try:
            said = await self._remedies[finding.kind](finding)
        except (NotFoundError, NotMendedError) as error:
            return left(said=str(error))
        except ValidationError as error:
            # Not its text, which may quote people.
            said = (
                f"{finding.subject} is left: a {error.title} of it can't be read, mend that first"
            )
            return left(said=said)
        except (UnavailableError, StoreError, RPCError) as error:
            if _is_away(error):
                self._lost = error
            return left(said=f"{finding.subject} is left: {error}")
        return Repair(finding=finding, is_mended=True, said=said)

    async def _look_after_task(self, finding: Finding) -> str:
        task = await self._task(TaskId(finding.subject))
        if not task.is_open:
            return f"task {task.id} is closed by now"
        workflow_id = lifecycle_id(task.id)
        if await self._resumed(workflow_id):
            return f"task {task.id} is looked after again: {workflow_id} goes on where it was"
        await self._begin_anew(task, _beginning(task))
        return f"task {task.id} is looked after again: {workflow_id} begins anew"

    async def _look_after_relay(self, finding: Finding) -> str:
        relay = await self._tasks.find_relay(RelayId(finding.subject))
        if relay is None or not relay.is_open:
            return f"hand-over {finding.subject} has ended by now"
        workflow_id = relay_workflow_id(relay.id)
        if await self._resumed(workflow_id):
            return f"hand-over {relay.id} is looked after again: {workflow_id} goes on where it was"
        await self._start("TaskRelayWorkflow", await self._relay_input(relay), workflow_id)
        return f"hand-over {relay.id} is looked after again: {workflow_id} begins anew"

    async def _carry_on(self, finding: Finding) -> str:
        if not await self._resumed(finding.subject):
            raise NotFoundError(f"Temporal does not know {finding.subject} any more")
        return f"{finding.subject} goes on where it was"

    async def _refile(self, finding: Finding) -> str:
        await self._tasks.refile(TaskId(finding.subject))
        return f"task {finding.subject} is listed as what it is"

    async def _replan(self, finding: Finding) -> str:
        notice = _replannable(finding)
        task = await self._task(task_of(notice))
        signal = ("replanned", notice)
        workflow_id = lifecycle_id(task.id)
        goes_on = await self._resumed(workflow_id)
        # It may have said all that was left, and be over by now.
        if not goes_on or not await self._signalled(workflow_id, signal):
            await self._begin_anew(task, signal)
        return f"{notice.key} is planned again by {workflow_id}"

    async def _send_again(self, finding: Finding) -> str:
        """Re-plan what Slack refused; it is mended unless Slack is seen to refuse it once more."""
        notice = _replannable(finding)
        if notice.kind.is_reminder:
            raise NotMendedError(f"{notice.key}: a reminder is not sent again, the next one comes")
        row = await self._find_notice(notice.key)
        if row is not None and row.state is NoticeState.FAILED:
            await self._ledger.reopen(row)
        said = await self._replan(finding)
        if (why := await self._refused_again(notice.key)) is not None:
            raise NotMendedError(f"{notice.key} was planned again, and refused again: {why}")
        return said

    async def _refused_again(self, key: NoticeKey) -> str | None:
        """Why Slack does not take it, if that is known within `ANSWERED_WITHIN`."""
        until = monotonic() + ANSWERED_WITHIN.total_seconds()
        while (row := await self._find_notice(key)) is not None:
            if row.state is NoticeState.FAILED:
                return row.reason
            if row.is_settled or monotonic() > until:
                return None
            await asyncio.sleep(_LOOKS_EVERY.total_seconds())
        return None

    async def _resumed(self, workflow_id: str) -> bool:
        return await resume(self._client, self._executions, workflow_id)

    async def _signalled(self, workflow_id: str, signal: _Signal) -> bool:
        name, about = signal
        try:
            await self._client.get_workflow_handle(workflow_id).signal(name, about)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def _begin_anew(self, task: Task, signal: _Signal) -> None:
        """Start a task's workflow in the middle of its life: it creates nothing."""
        start = TaskLifecycleInput(
            new=await self._new(task),
            is_awaited=False,
            state=LifecycleState(),
            is_closed=not task.is_open,
        )
        await self._start("TaskLifecycleWorkflow", start, lifecycle_id(task.id), signal)

    async def _start(
        self, workflow: str, start: Model, workflow_id: str, signal: _Signal | None = None
    ) -> None:
        """Start a workflow unless it runs; under an id that it may have had before."""
        name, about = signal or (None, None)
        await self._client.start_workflow(
            workflow,
            start,
            id=workflow_id,
            task_queue=self._executions.task_queue,
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
        """With the moment that stands, unless it is over: then the window begins anew."""
        is_over = relay.answer_by <= await self._executions.now(await self._server_time())
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
            answer_by=None if is_over else relay.answer_by,
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


def _is_away(error: UnavailableError | StoreError | RPCError) -> bool:
    """Whether MongoDB or Temporal is gone, so that nothing else would work either."""
    if isinstance(error, RPCError):
        return error.status in _AWAY
    return isinstance(error, UnavailableError)


def _replannable(finding: Finding) -> Notice:
    if finding.notice is None or finding.notice.task_id is None:
        raise NotMendedError(f"{finding.subject}: a newcomer's workflow takes no notices")
    return finding.notice


def _beginning(task: Task) -> _Signal:
    """What a life that begins anew is told: whom to give the first card, or what to show."""
    if task.relay is None:
        return "replanned", first_card(task, task.created_at)
    return "relay_moved", RelayMoved(relay_id=task.relay.id)


def _objection(report: Report) -> str | None:
    """Why nothing must be repaired."""
    kinds = [finding.kind for finding in report.findings]
    if FindingKind.NO_WORKER in kinds:
        return "No worker would carry it out: start one, or put TEMPORAL_TASK_QUEUE right."
    strangers = kinds.count(FindingKind.WORKFLOW_WITHOUT_SUBJECT)
    if strangers * 2 > report.workflows:
        return (
            f"{strangers} of {report.workflows} workflows that run are about what this database "
            "does not hold: put MONGODB_DATABASE right."
        )
    return None
