"""The worker process: workflows and activities. Wiring only."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import TypeVar

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import Client
from temporalio.runtime import Runtime
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
from relai_core.domain.ids import TeamId
from relai_core.domain.onboarding import OnboardingTemplate, parse_templates
from relai_core.domain.worker_report import WorkerReport
from relai_core.errors import MessengerError, UnavailableError
from relai_core.log import configure_logging
from relai_core.settings import Settings, SettingsError, load_settings
from relai_core.slack.client import create_client, create_session
from relai_core.slack.directory import SlackDirectory
from relai_core.slack.messenger import SlackMessenger
from relai_core.slack.preflight import check_installation
from relai_core.slack.proxies import ignore_proxies_on_loopback
from relai_core.store import database
from relai_core.store.database import REPORT_EVERY, Database, StoreError
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
"""Time that running activities have after SIGTERM."""
LEAVE = DRAIN + timedelta(seconds=2)
"""The worker stops after this time, because the SDK would wait until Temporal is back."""
STICKY = timedelta(seconds=2)
"""If a worker is killed, the next message to a workflow in its cache waits this long. The SDK's
default is 10 seconds."""
RETRY = timedelta(seconds=2)
SLACK_WITHIN = timedelta(seconds=3)
"""At the start the worker waits this long for Slack to check the token, then starts anyway."""

_log = structlog.get_logger("worker")
_Result = TypeVar("_Result")


async def main(
    settings: Settings, templates: tuple[OnboardingTemplate, ...], runtime: Runtime
) -> None:
    """Run the worker until SIGTERM or SIGINT.

    Raises:
        SettingsError: a part can't be used with these settings.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as resources:
        session = await resources.enter_async_context(create_session())
        client = create_client(
            settings.slack_bot_token.get_secret_value(), settings.slack_api_url, session
        )
        uri, name = settings.mongodb_uri.get_secret_value(), settings.mongodb_database
        store = await database.connect(uri, name, timeout=STORE_TIMEOUT)
        resources.callback(store.close)
        directory = SlackDirectory(client, store.users, clock.now)
        activities = _activities(settings, templates, store, directory, SlackMessenger(client))
        with suppress(TimeoutError, MessengerError):
            async with asyncio.timeout(SLACK_WITHIN.total_seconds()):
                await check_installation(client)
        await until_up("MongoDB", store.check, stopping)
        reporting = asyncio.create_task(_report(client, store))
        resources.callback(reporting.cancel)
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
        _log.warning("worker_left_in_haste", why="Temporal did not answer at the shutdown")


async def connect(settings: Settings, runtime: Runtime | None = None) -> Client:
    """Connect to Temporal and create the Schedule.

    Raises:
        SettingsError: Temporal refuses us, or its certificate is not trusted.
        UnavailableError: Temporal can't be reached, or has no such namespace.
    """
    with temporal.explaining():
        client = await temporal.connect(settings, runtime=runtime)
        await temporal.check(client)
        await ensure_cleanup_schedule(
            client, settings.temporal_task_queue, settings.relai_archive_after
        )
    return client


async def _report(client: AsyncWebClient, store: Database) -> None:
    """Write this worker's trouble into the store, where the bots' `/health` reads it."""
    worker = f"{os.getpid()}@{socket.gethostname()}"
    known: str | None = None
    while True:
        report = WorkerReport(worker, *await _installation(client))
        if report.trouble != known:
            known = report.trouble
            _log.warning("installation_changed", trouble=known)
        with suppress(UnavailableError, StoreError):
            await store.worker_reports.put(report)
        await asyncio.sleep(REPORT_EVERY.total_seconds())


async def _installation(client: AsyncWebClient) -> tuple[TeamId | None, str | None]:
    """The workspace of the bot token, and the trouble with the token."""
    try:
        return (await check_installation(client)).team_id, None
    except SettingsError as error:
        return None, str(error)
    except MessengerError as error:
        return None, f"Slack can't be asked ({error.code})"


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
    """Try until a part answers, with a log line for each try; None if `stopping` is set first."""
    while not stopping.is_set():
        try:
            return await attempt()
        except UnavailableError as error:
            _log.warning("waiting_for", part=part, reason=error.reason)
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY.total_seconds()):
                    await stopping.wait()
    return None


def run() -> int:
    """Run until SIGTERM or SIGINT. The exit code 2 means that a setting is wrong."""
    try:
        settings = load_settings()
        templates = _templates(settings)
        runtime = temporal.serving_metrics(settings.relai_worker_metrics)
        configure_logging(settings.relai_log_format)
        ignore_proxies_on_loopback(settings.slack_api_url)
        asyncio.run(main(settings, templates, runtime))
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - for a person
        return 2
    return 0


def _templates(settings: Settings) -> tuple[OnboardingTemplate, ...]:
    file = settings.relai_onboarding_template
    try:
        return parse_templates(file.read_text(encoding="utf-8"))
    except OSError as error:
        why = f"the file can't be read: {error.strerror}"
    except UnicodeDecodeError:
        why = "the file is not UTF-8 text"
    except ValueError as error:
        why = str(error)
    raise SettingsError(f"RELAI_ONBOARDING_TEMPLATE {file}: {why}. See onboarding.yml of RelAI.")


if __name__ == "__main__":
    sys.exit(run())
