"""Tells from Temporal's list of pollers if a worker is alive."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

ASKS_EVERY = timedelta(minutes=1)
"""An idle worker polls this often."""
POLLED_WITHIN = ASKS_EVERY + timedelta(seconds=15)
"""If the last poll is older than this, the worker is gone."""


async def last_polled_at(
    client: Client, task_queue: str, within: timedelta | None = None
) -> datetime | None:
    """The time of the last poll for workflow tasks; None if Temporal remembers none.

    Raises:
        RPCError: Temporal can't be asked, or does not answer so soon.
        RuntimeError: a client that connects late can't.
    """
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    found = await client.workflow_service.describe_task_queue(request, timeout=within)
    return max((each.last_access_time.ToDatetime(UTC) for each in found.pollers), default=None)


def was_just_polled(latest: datetime | None, now: datetime) -> bool:
    """True if `last_polled_at` is recent, with `now` by Temporal's clock."""
    return latest is not None and now - latest < POLLED_WITHIN
