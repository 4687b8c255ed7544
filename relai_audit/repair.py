"""Repairs findings: resets or starts workflows that are missing, and has messages sent.

Every repair may run twice, and two at once: workflows have fixed ids, what they write is keyed by
request, and the ledger keeps a message from being sent twice.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from relai_audit.concurrency import each_of
from relai_audit.error_texts import as_sentence
from relai_audit.executions import Executions
from relai_audit.findings import BLOCKING, Finding, FindingKind, NotRepairedError
from relai_audit.report import Repair, Report
from relai_audit.reset_workflow import reset_workflow
from relai_core.domain.ids import RelayId, RequestId, TaskId
from relai_core.domain.model import Model
from relai_core.domain.notice import NoticeState
from relai_core.domain.task import NewTask, Task
from relai_core.domain.telling import first_card
from relai_core.store.database import Database
from relai_workflows.contracts import (
    LifecycleState,
    RelayMoved,
    TaskLifecycleInput,
    TaskRelayInput,
)
from relai_workflows.ids import lifecycle_id, relay_of, relay_workflow_id, task_of

_AWAY = frozenset({RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED})
_Signal = tuple[str, Model]


class Repairer:
    """Acts on the findings of a report.

    `window` is the time to answer of a relay that starts again after its own is over.
    """

    def __init__(
        self, database: Database, client: Client, executions: Executions, window: timedelta
    ) -> None:
        self._tasks = database.tasks
        self._ledger = database.notices
        self._find_notice = database.audit.find_notice
        self._client = client
        self._executions = executions
        self._window = window
        self._repairs: Mapping[FindingKind, Callable[[Finding], Awaitable[str]]] = {
            FindingKind.WORKFLOW_MISSING: self._restore,
            FindingKind.NOTICE_UNSENT: self._send,
            FindingKind.NOTICE_FAILED: self._send_again,
        }

    async def repair(self, report: Report) -> Report:
        """The report with what was done; findings that can't be repaired are left.

        Nothing is repaired if a setting is wrong or no worker would carry it out. After an error,
        such as a server that went away, the report tells what was done until then.
        """
        blocking = {finding.kind for finding in report.findings} & BLOCKING
        if blocking:
            why = f"Nothing was repaired. Put this right first: {', '.join(sorted(blocking))}."
            return report.model_copy(update={"stopped": why})
        repairs: list[Repair] = []
        stopped = ""
        try:
            async for done in each_of(self._repair, self._repairable(report)):
                repairs.append(done)  # noqa: PERF401 - kept if the loop ends early
        except Exception as error:  # noqa: BLE001 - the report still tells what was done
            stopped = f"Repairing ended early. {as_sentence(error)}"
        return report.model_copy(update={"repairs": tuple(repairs), "stopped": stopped})

    async def _repairable(self, report: Report) -> AsyncIterator[Finding]:
        for finding in report.findings:
            if finding.kind in self._repairs:
                yield finding

    async def _repair(self, finding: Finding) -> Repair:
        try:
            text = await self._repairs[finding.kind](finding)
        except (NotRepairedError, RPCError) as error:
            if isinstance(error, RPCError) and error.status in _AWAY:
                raise
            return Repair(finding=finding, is_repaired=False, text=f"{finding.subject}: {error}")
        return Repair(finding=finding, is_repaired=True, text=f"{finding.subject}: {text}")

    async def _restore(self, finding: Finding) -> str:
        workflow_id = finding.subject
        if await self._is_running_again(workflow_id):
            return "goes on where it was"
        if task_id := task_of(workflow_id):
            task = await self._task(task_id)
            await self._start_lifecycle(task, _first_signal(task))
        elif relay_id := relay_of(workflow_id):
            await self._start_relay(relay_id)
        else:
            raise NotRepairedError("Temporal has forgotten it, and it can't be started again")
        return "started from the store"

    async def _send(self, finding: Finding) -> str:
        notice = finding.notice
        if notice is None or notice.task_id is None:
            raise NotRepairedError("a message about a new person: write to them yourself")
        signal = ("replanned", notice)
        workflow_id = lifecycle_id(notice.task_id)
        is_running = await self._is_running_again(workflow_id)
        # It may have sent all messages and ended in between.
        if not (is_running and await self._signal(workflow_id, signal)):
            await self._start_lifecycle(await self._task(notice.task_id), signal)
        return f"{workflow_id} sends it"

    async def _send_again(self, finding: Finding) -> str:
        """Send what Slack refused. If Slack refuses it once more, the next audit finds it."""
        notice = finding.notice
        if notice is not None and notice.kind.is_reminder:
            raise NotRepairedError("a reminder is not sent again, the next one comes by itself")
        if notice is not None and notice.task_id is not None:
            row = await self._find_notice(notice.key)
            if row is not None and row.state is NoticeState.FAILED:
                await self._ledger.reopen(row)
        return await self._send(finding)

    async def _is_running_again(self, workflow_id: str) -> bool:
        """True if the workflow runs, after a reset if it was ended from outside."""
        execution = await self._executions.describe(workflow_id)
        if execution is None or not (execution.is_running or execution.was_ended):
            return False
        return execution.is_running or await reset_workflow(self._client, execution)

    async def _signal(self, workflow_id: str, signal: _Signal) -> bool:
        """Signal a workflow; False if it has ended."""
        try:
            await self._client.get_workflow_handle(workflow_id).signal(*signal)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def _start_lifecycle(self, task: Task, signal: _Signal) -> None:
        """Start the workflow of a task that exists, so it creates nothing."""
        request = await self._request_behind(task.id, "created")
        start = TaskLifecycleInput(
            new=NewTask.model_validate(task.model_dump() | {"request_id": request}),
            is_awaited=False,
            state=LifecycleState(),
            is_closed=not task.is_open,
        )
        await self._start("TaskLifecycleWorkflow", start, lifecycle_id(task.id), signal)

    async def _start_relay(self, relay_id: RelayId) -> None:
        """Start the workflow of a relay. The id of its request makes the store find the relay.

        The time to answer stays as it is, unless it is over: then it starts again.
        """
        relay = await self._tasks.find_relay(relay_id)
        if relay is None:
            raise NotRepairedError("the relay is not stored any more")
        is_over = relay.answer_by <= datetime.now(UTC)
        fields = relay.model_dump() | {
            "request_id": await self._request_behind(relay.task_id, "relay_opened", relay_id),
            "relay_id": relay_id,
            "window": self._window,
            "answer_by": None if is_over else relay.answer_by,
            "is_awaited": False,
        }
        start = TaskRelayInput.model_validate(fields)
        await self._start("TaskRelayWorkflow", start, relay_workflow_id(relay_id))

    async def _start(
        self, workflow: str, start: Model, workflow_id: str, signal: _Signal | None = None
    ) -> None:
        """Start a workflow, unless it runs; with its signal in either case."""
        name, argument = signal or (None, None)
        await self._client.start_workflow(
            workflow,
            start,
            id=workflow_id,
            task_queue=self._executions.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal=name,
            start_signal_args=[argument] if argument else [],
        )

    async def _task(self, task_id: TaskId) -> Task:
        task = await self._tasks.find(task_id)
        if task is None:
            raise NotRepairedError("its task is not stored any more")
        return task

    async def _request_behind(
        self, task_id: TaskId, kind: str, relay_id: RelayId | None = None
    ) -> RequestId:
        for event in await self._tasks.list_events(task_id):
            if event.kind == kind and event.relay_id == relay_id:
                return event.id
        raise NotRepairedError(f"task {task_id} has no event {kind}: restore a backup")


def _first_signal(task: Task) -> _Signal:
    """Has the first card sent, if nobody has it; or has the cards updated."""
    if task.relay is None:
        return "replanned", first_card(task, task.created_at)
    return "relay_moved", RelayMoved(relay_id=task.relay.id)
