"""Whether Temporal answers, and whether anybody carries out what it keeps."""

from datetime import UTC, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeTaskQueueResponse,
)
from temporalio.client import Client

from bot.services.durable_calls import DURABLE_WITHIN, confirmed
from relai_core.clock import Clock, utc_now

_POLLED_WITHIN = timedelta(seconds=75)
"""An idle worker asks anew once a minute."""


class NoWorkerError(Exception):
    """Nobody carries out what is saved, for nobody polls `task_queue`."""

    def __init__(self, task_queue: str) -> None:
        super().__init__(task_queue)
        self.task_queue = task_queue


class TemporalHealth:
    """Asks Temporal about itself and about the workers of one task queue."""

    def __init__(self, client: Client, task_queue: str, now: Clock = utc_now) -> None:
        self._client = client
        self._task_queue = task_queue
        self._now = now

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
        if latest is None or self._now() - latest > _POLLED_WITHIN:
            raise NoWorkerError(self._task_queue)

    async def _describe_task_queue(self) -> DescribeTaskQueueResponse:
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=self._task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        service = self._client.workflow_service
        return await confirmed(lambda: service.describe_task_queue(request, timeout=DURABLE_WITHIN))
