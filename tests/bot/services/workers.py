"""Workers that run the real workflows over a store in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from unittest.mock import patch

from temporalio import activity
from temporalio.worker import Worker

from bot.services import temporal_service
from bot.services.temporal_service import Answered, TemporalService
from devstack.temporal_server import TemporalServer
from relai_activities.clock import ClockInterceptor
from relai_activities.contracts import NoticeResult, RefreshCardsInput
from relai_activities.relays import RelayActivities
from relai_activities.tasks import TaskActivities
from relai_core import temporal
from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import RequestId, SlackUserId
from relai_core.domain.notice import Notice, NoticeState
from relai_core.domain.relay import RelayMode
from relai_core.domain.task import NewTask
from relai_core.settings import Settings
from relai_workflows.task_lifecycle import TaskLifecycleWorkflow
from relai_workflows.task_relay import TaskRelayWorkflow
from tests.fakes import FakeDirectory, FakeTaskStore
from tests.relai_core.builders import ANA, BEN, CI, a_request


class SilentNotices:
    """Notice activities that send nothing."""

    @activity.defn(name="send_notification_activity")
    async def send_notification(self, notice: Notice) -> NoticeResult:
        return NoticeResult(state=NoticeState.SENT)

    @activity.defn(name="refresh_cards_activity")
    async def refresh_cards(self, asked: RefreshCardsInput) -> int:
        return 0


def settings_for(server: TemporalServer) -> Settings:
    """Return the settings of a bot that uses this server."""
    return Settings(
        slack_bot_token="xoxb-1", slack_signing_secret="x", temporal_host=server.address
    )


@asynccontextmanager
async def a_worker(server: TemporalServer, task_queue: str) -> AsyncIterator[None]:
    """Run lifecycles and hand-overs over a store in memory, and wait long for outcomes."""
    hours = WorkingHours.parse("mon-sun 00:00-24:00")
    store, directory = FakeTaskStore(), FakeDirectory()
    tasks = TaskActivities(store, directory, hours)
    relays = RelayActivities(store, directory, hours)
    notices = SilentNotices()
    worker = Worker(
        await temporal.connect(settings_for(server)),
        task_queue=task_queue,
        workflows=[TaskLifecycleWorkflow, TaskRelayWorkflow],
        activities=[
            tasks.create_task,
            tasks.update_task,
            tasks.assign_task,
            tasks.check_task_deadline,
            relays.relay_task,
            relays.end_relay,
            relays.find_relay,
            notices.send_notification,
            notices.refresh_cards,
        ],
        interceptors=[ClockInterceptor()],
        max_cached_workflows=0,  # a worker that goes leaves no task on a queue of its own
        graceful_shutdown_timeout=timedelta(seconds=1),
    )
    with patch.object(temporal_service, "OUTCOME_WITHIN", timedelta(seconds=20)):
        async with worker:
            yield


async def hand_over(
    service: TemporalService,
    task: NewTask,
    from_user: SlackUserId = ANA,
    request: RequestId | None = None,
) -> Answered:
    """Hand a task to Ben, through a token."""
    return await service.start_task_relay_workflow(
        task.id,
        from_user,
        BEN,
        "the staging one first",
        request=request or a_request(),
        mode=RelayMode.DIRECT,
        window=timedelta(minutes=10),
        via=CI,
    )
