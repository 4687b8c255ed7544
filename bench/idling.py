"""A worker whose workflows only wait, as healthy ones do for most of their lives."""

import asyncio
from collections.abc import Sequence

from temporalio import workflow
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.common import RawValue
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

_POLL = 1.0


@workflow.defn(dynamic=True)
class Idle:
    """A workflow of any type."""

    @workflow.run
    async def run(self, _: Sequence[RawValue]) -> None:
        await workflow.wait_condition(lambda: False)


def idle_worker(client: Client, task_queue: str) -> Worker:
    """A worker for every workflow type, which keeps few workflows in memory."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[Idle],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=100,
    )


async def until_all_idle(client: Client, task_queue: str) -> None:
    """Return once no workflow task waits for a worker."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=task_queue), report_stats=True
    )
    while True:
        found = await client.workflow_service.describe_task_queue(request)
        if found.stats.approximate_backlog_count == 0:
            return
        await asyncio.sleep(_POLL)
