"""The bot process: wiring of settings, clients, services and listeners."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from functools import partial

import structlog
from pydantic import SecretStr
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import Client

from bot.api.application import Services, create_application
from bot.api.checks import Check, SlackCheck, WorkerCheck
from bot.api.gate import Gate
from bot.api.health import CHECK_EVERY, HealthApi
from bot.api.metrics import MetricsApi
from bot.api.rate_limit import RateLimit
from bot.api.repeats import Repeats
from bot.background import Background
from bot.bolt import Handlers, create_bolt_app, dispatcher
from bot.forms import Forms
from bot.handlers.relays import RelayHandlers
from bot.handlers.tasks import TaskHandlers
from bot.handlers.users import UserHandlers
from bot.metrics.figures import COUNT_EVERY, StoredFigures
from bot.metrics.registry import Metrics
from bot.metrics.temporal import DRAIN_EVERY, TemporalMetrics
from bot.replies import Replies
from bot.scheduler import WATCH_EVERY, Scheduler
from bot.server import DRAIN, Server, SlackRoute
from bot.services.relay_answer_service import RelayAnswerService
from bot.services.relay_service import RelayService
from bot.services.task_service import TaskService
from bot.services.temporal_health import TemporalHealth
from bot.services.temporal_service import TemporalService
from bot.services.user_service import UserService
from bot.socket_mode import SocketMode
from bot.startup import listen, once_reached
from bot.whispers import Whispers
from relai_core import temporal
from relai_core.log import configure_logging
from relai_core.settings import Settings, SettingsError, load_settings
from relai_core.slack.client import create_client, create_session
from relai_core.slack.directory import SlackDirectory, user_from_payload
from relai_core.slack.preflight import Installation, check_installation
from relai_core.slack.proxies import ignore_proxies_on_loopback
from relai_core.store import database
from relai_core.store.database import Database

# A person waits for each of these; see `replies.ANSWER_WITHIN`.
STORE_TIMEOUT = timedelta(milliseconds=700)
PATIENCE = timedelta(milliseconds=400)
"""Time limit for asking Slack about a person who is in the store."""
ASK_WITHIN = timedelta(milliseconds=800)
"""Time limit for asking Slack about any other person."""
COUNT_WITHIN = timedelta(seconds=10)
"""Time limit of a count, which takes longer as the store grows. Counts have their own client."""

_log = structlog.get_logger(__name__)


def main() -> int:
    """Run until SIGTERM or SIGINT. The exit code 2 means that a setting is wrong."""
    code = 0
    try:
        settings = load_settings()
        configure_logging(settings.relai_log_format)
        ignore_proxies_on_loopback(settings.slack_api_url)
        asyncio.run(_until_signalled(settings))
    except* SettingsError as refused:
        print(*refused.exceptions, sep="\n", file=sys.stderr)  # noqa: T201 - for a person
        code = 2
    return code


async def _until_signalled(settings: Settings) -> None:
    running = asyncio.create_task(_run(settings))

    def stop() -> None:
        # Cancel once: a second signal would interrupt the draining.
        if not running.cancelling():
            running.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        await running
    _log.info("bot_stopped")


async def _run(settings: Settings) -> None:
    """Open the parts in the order of need; the stack closes them in reverse order."""
    async with AsyncExitStack() as stack:
        metrics, scheduler = Metrics(), Scheduler()
        client = await _slack(stack, settings)
        store = await _store(stack, settings, STORE_TIMEOUT)
        counting_store = await _store(stack, settings, COUNT_WITHIN)
        temporal_client = await _temporal(settings, metrics, scheduler)
        background = Background()
        stack.push_async_callback(background.drain, DRAIN)
        slack = SlackCheck(partial(_clock_ahead, client))
        engine = TemporalHealth(temporal_client, settings.temporal_task_queue)
        workers = WorkerCheck(engine.require_worker, store.worker_reports.list_fresh)
        parts: dict[str, Check] = {"temporal": engine.ping, "mongodb": store.check, "slack": slack}
        health = HealthApi(parts, workers, slack.check_clock)
        scheduler.every(CHECK_EVERY, health.check, at_once=True)
        route = SlackRoute(_secret(settings.slack_signing_secret))
        ways_in = [] if settings.uses_socket_mode else route.routes()
        gateway = TemporalService(temporal_client, settings.temporal_task_queue, background)
        services = _services(settings, client, store, gateway)
        gate = Gate(
            settings.tokens,
            RateLimit(settings.relai_api_requests_per_minute),
            Repeats(store.keyed_requests),
            metrics.count_api_request,
        )
        server = Server(
            [*health.routes(), *MetricsApi(metrics).routes(), *ways_in],
            create_application(gate, services),
        )
        stack.push_async_callback(server.stop)
        await listen(server, settings)
        scheduler.start()
        stack.callback(scheduler.stop)

        parallel = await stack.enter_async_context(asyncio.TaskGroup())
        parallel.create_task(once_reached("MongoDB", counting_store.check))
        parallel.create_task(once_reached("Temporal", partial(temporal.check, temporal_client)))
        app_token = _secret(settings.slack_app_token)
        ask_slack = partial(check_installation, client, app_token or None)
        installation = await once_reached("Slack", ask_slack)
        workers.serves(installation.team_id)
        figures = StoredFigures(counting_store.figures, installation.team_id)
        metrics.add(figures)
        scheduler.every(COUNT_EVERY, figures.refresh, at_once=True)
        gate.open(installation.team_id)
        replies = Replies(Whispers(client, background))
        answers = RelayAnswerService(store.tasks, gateway)
        handlers = _handlers(services, answers, Forms(client), replies)
        bolt = create_bolt_app(client, _authorization(installation, client), handlers, replies)
        dispatch = dispatcher(bolt, installation.team_id, metrics)
        if settings.uses_socket_mode:
            socket = SocketMode(client, app_token, dispatch)
            stack.push_async_callback(socket.stop, DRAIN)
            socket.start()
            scheduler.every(WATCH_EVERY, socket.look_after)
            slack.opened(socket.is_connected)
        else:
            route.open(dispatch)
            slack.opened(route.is_trusted)
        _log.info("bot_started", team=installation.team_id, socket=settings.uses_socket_mode)
        await asyncio.Event().wait()


async def _slack(stack: AsyncExitStack, settings: Settings) -> AsyncWebClient:
    http = await stack.enter_async_context(create_session())
    token = settings.slack_bot_token.get_secret_value()
    return create_client(token, settings.slack_api_url, http)


async def _store(
    stack: AsyncExitStack, settings: Settings, longest_operation: timedelta
) -> Database:
    uri, name = settings.mongodb_uri.get_secret_value(), settings.mongodb_database
    store = await database.connect(uri, name, timeout=longest_operation)
    stack.callback(store.close)
    return store


async def _temporal(settings: Settings, metrics: Metrics, scheduler: Scheduler) -> Client:
    runtime, buffer = temporal.measured()
    measured = TemporalMetrics(buffer)
    metrics.add(measured)
    scheduler.every(DRAIN_EVERY, measured.drain)
    return await temporal.connect(settings, lazy=True, runtime=runtime)


async def _clock_ahead(client: AsyncWebClient) -> timedelta:
    return (await check_installation(client)).clock_ahead


def _services(
    settings: Settings,
    client: AsyncWebClient,
    store: Database,
    gateway: TemporalService,
) -> Services:
    directory = SlackDirectory(client, store.users, patience=PATIENCE, ask_within=ASK_WITHIN)
    users = UserService(directory, store.users, gateway)
    tasks = TaskService(store.tasks, users, gateway)
    relays = RelayService(
        store.tasks,
        users,
        gateway,
        mode=settings.relai_relay_mode,
        window=settings.relai_relay_window,
    )
    return Services(tasks, relays, users, gateway)


def _handlers(
    services: Services, answers: RelayAnswerService, forms: Forms, replies: Replies
) -> list[Handlers]:
    tasks, relays, users, _ = services
    return [
        TaskHandlers(tasks, users, forms, replies),
        RelayHandlers(relays, answers, users, forms, replies),
        UserHandlers(users, user_from_payload, replies),
    ]


def _authorization(installation: Installation, client: AsyncWebClient) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id=installation.team_id,
        bot_id=installation.bot_id,
        bot_user_id=installation.bot_user_id,
        bot_token=client.token,
    )


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""


if __name__ == "__main__":
    sys.exit(main())
