"""The worker process: workflows and activities. Wiring only."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import TypeVar

import structlog
from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.service import RPCError
from temporalio.worker import Worker

from relai_activities import clock
from relai_activities.cleanup import CleanupActivities
from relai_activities.clock import ClockInterceptor
from relai_activities.interceptor import ErrorInterceptor
from relai_activities.notices import NoticeActivities
from relai_activities.relays import RelayActivities
from relai_activities.tasks import TaskActivities
from relai_activities.users import UserActivities
from relai_core import temporal
from relai_core.domain.onboarding import OnboardingTemplate, parse_templates
from relai_core.errors import UnavailableError
from relai_core.log import configure_logging
from relai_core.settings import Settings, SettingsError, load_settings
from relai_core.slack.client import create_client, create_session
from relai_core.slack.directory import SlackDirectory
from relai_core.slack.messenger import SlackMessenger
from relai_core.slack.proxies import ignore_proxies_on_loopback
from relai_core.store import database
from relai_core.store.database import Database
from relai_workflows.periodic_cleanup import PeriodicCleanupWorkflow
from relai_workflows.schedules import ensure_cleanup_schedule
from relai_workflows.task_lifecycle import TaskLifecycleWorkflow
from relai_workflows.task_relay import TaskRelayWorkflow
from relai_workflows.user_onboarding import UserOnboardingWorkflow

WORKFLOWS = [
    TaskLifecycleWorkflow,
    TaskRelayWorkflow,
    UserOnboardingWorkflow,
    PeriodicCleanupWorkflow,
]
STORE_TIMEOUT = timedelta(seconds=10)
DRAIN = timedelta(seconds=10)
"""How long activities under way may still take after SIGTERM."""
LEAVE = DRAIN + timedelta(seconds=2)
"""After that long it leaves anyway: a Temporal that is away would be waited for."""
STICKY = timedelta(seconds=2)
"""After a kill -9 the next message to a cached workflow waits this long, not 10 seconds."""
RETRY = timedelta(seconds=2)

_log = structlog.get_logger("worker")
_Result = TypeVar("_Result")


async def main(
    settings: Settings, templates: tuple[OnboardingTemplate, ...], runtime: Runtime
) -> None:
    """Run the worker until SIGTERM or SIGINT.

    Raises:
        SettingsError: MongoDB's address can't be used.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as resources:
        session = create_session()
        resources.push_async_callback(session.close)
        client = create_client(
            settings.slack_bot_token.get_secret_value(), settings.slack_api_url, session
        )
        store = await database.connect(
            settings.mongodb_uri.get_secret_value(),
            settings.mongodb_database,
            timeout=STORE_TIMEOUT,
        )
        resources.callback(store.close)
        directory = SlackDirectory(client, store.users, clock.now)
        activities = _activities(settings, templates, store, directory, SlackMessenger(client))
        await _serve(settings, runtime, store, activities, stopping)
    _log.info("worker_stopped")


async def _serve(
    settings: Settings,
    runtime: Runtime,
    store: Database,
    activities: list[Callable[..., object]],
    stopping: asyncio.Event,
) -> None:
    await until_up("MongoDB", store.ensure_indexes, stopping)
    connected = await until_up("Temporal", lambda: connect(settings, runtime), stopping)
    if connected is None:
        return
    try:
        async with (
            asyncio.timeout(None) as leaving,
            _worker(connected, settings.temporal_task_queue, activities),
        ):
            _log.info("worker_started", task_queue=settings.temporal_task_queue)
            await stopping.wait()
            leaving.reschedule(asyncio.get_running_loop().time() + LEAVE.total_seconds())
    except TimeoutError:
        _log.warning("worker_left_in_haste", why="Temporal did not answer its goodbye")


async def connect(settings: Settings, runtime: Runtime | None = None) -> Client:
    """Connect to Temporal and see to the Schedule, one step as far as trying again goes.

    Raises:
        RuntimeError: Temporal can't be reached.
        RPCError: it drops on the way, or has no such namespace.
    """
    client = await temporal.connect(settings, runtime=runtime)
    await ensure_cleanup_schedule(
        client, settings.temporal_task_queue, settings.relai_archive_after
    )
    return client


def _activities(
    settings: Settings,
    templates: tuple[OnboardingTemplate, ...],
    store: Database,
    directory: SlackDirectory,
    messenger: SlackMessenger,
) -> list[Callable[..., object]]:
    hours = settings.working_hours
    tasks = TaskActivities(store.tasks, directory, hours)
    relays = RelayActivities(store.tasks, directory, hours)
    notices = NoticeActivities(store.tasks, store.notices, directory, messenger, hours)
    users = UserActivities(store.tasks, directory, templates, hours, settings.relai_admin_channel)
    cleanup = CleanupActivities(store.tasks)
    return [
        tasks.create_task,
        tasks.update_task,
        tasks.assign_task,
        tasks.check_task_deadline,
        relays.relay_task,
        relays.postpone_relay,
        relays.end_relay,
        relays.find_relay,
        notices.send_notification,
        notices.refresh_cards,
        users.plan_onboarding,
        users.count_open_tasks,
        cleanup.cleanup_completed_tasks,
    ]


def _worker(client: Client, task_queue: str, activities: list[Callable[..., object]]) -> Worker:
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=activities,
        interceptors=[ErrorInterceptor(), ClockInterceptor()],
        graceful_shutdown_timeout=DRAIN,
        sticky_queue_schedule_to_start_timeout=STICKY,
    )


async def until_up(
    part: str, attempt: Callable[[], Awaitable[_Result]], stopping: asyncio.Event
) -> _Result | None:
    """Try until a part answers, with a line for each try; None if told to stop meanwhile."""
    while not stopping.is_set():
        try:
            return await attempt()
        except (RuntimeError, RPCError, UnavailableError) as error:
            _log.warning("waiting_for", part=part, error=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY.total_seconds()):
                    await stopping.wait()
    return None


def run() -> None:
    """Read the settings and run; exit with 2 and a clear sentence if they don't do."""
    try:
        settings = load_settings()
        template_file = settings.relai_onboarding_template
        templates = parse_templates(template_file.read_text(encoding="utf-8"))
        runtime = temporal.serving_metrics(settings.relai_worker_metrics)
    except SettingsError as error:
        sys.exit(_refuse(str(error)))
    except (OSError, ValueError) as error:
        sys.exit(_refuse(f"RELAI_ONBOARDING_TEMPLATE can't be used: {error}"))
    configure_logging(settings.relai_log_format)
    ignore_proxies_on_loopback(settings.slack_api_url)
    try:
        asyncio.run(main(settings, templates, runtime))
    except SettingsError as error:
        sys.exit(_refuse(str(error)))


def _refuse(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 2


if __name__ == "__main__":
    run()
