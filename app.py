"""The bot process: settings to clients to services to listeners, and nothing else."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from functools import partial

import structlog
from pydantic import SecretStr
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.api.checks import Check, SlackCheck
from bot.api.health import HealthApi
from bot.bolt import Dispatch, Handlers, create_bolt_app, dispatcher
from bot.forms import Forms
from bot.handlers.relays import RelayHandlers
from bot.handlers.tasks import TaskHandlers
from bot.handlers.users import UserHandlers
from bot.replies import Replies
from bot.scheduler import WATCH_EVERY, Scheduler
from bot.server import Server, SlackRoute
from bot.services.relay_answer_service import RelayAnswerService
from bot.services.relay_service import RelayService
from bot.services.task_service import TaskService
from bot.services.temporal_health import TemporalHealth
from bot.services.temporal_service import TemporalService
from bot.services.user_service import UserService
from bot.socket_mode import SocketMode
from bot.whispers import Whispers
from relai_core import temporal
from relai_core.errors import InstallationBrokenError, MessengerError
from relai_core.log import configure_logging
from relai_core.settings import Settings, SettingsError, load_settings
from relai_core.slack.client import create_client, create_session
from relai_core.slack.directory import SlackDirectory, user_from_payload
from relai_core.slack.preflight import Installation, check_installation, check_token
from relai_core.slack.proxies import ignore_proxies_on_loopback
from relai_core.store import database

# Somebody waits for each of these; see `replies.ANSWER_WITHIN`.
STORE_TIMEOUT = timedelta(milliseconds=700)
PATIENCE = timedelta(milliseconds=400)
"""How long Slack is asked about a person whom the mirror knows."""
ASK_WITHIN = timedelta(milliseconds=800)
"""How long it is asked about anybody else."""
_DRAIN = timedelta(seconds=5)
_LONGEST_PAUSE = 30.0

_log = structlog.get_logger(__name__)


def main() -> int:
    """Run until a signal comes. 2 means that a person has to put something right first."""
    try:
        settings = load_settings()
        configure_logging(settings.relai_log_format)
        ignore_proxies_on_loopback(settings.slack_api_url)
        asyncio.run(_until_signalled(settings))
    except (SettingsError, InstallationBrokenError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - for whoever has just typed the command
        return 2
    return 0


async def _until_signalled(settings: Settings) -> None:
    running = asyncio.create_task(_run(settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with suppress(asyncio.CancelledError):
        await running
    _log.info("bot_stopped")


async def _run(settings: Settings) -> None:
    """Open everything in the order of need; the stack closes it in the opposite one."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(create_session())
        client = create_client(
            settings.slack_bot_token.get_secret_value(), settings.slack_api_url, http
        )
        store = await database.connect(
            settings.mongodb_uri.get_secret_value(),
            settings.mongodb_database,
            timeout=STORE_TIMEOUT,
        )
        stack.callback(store.close)
        temporal_client = await temporal.connect(settings, lazy=True)
        gateway = TemporalService(temporal_client, settings.temporal_task_queue)
        engine = TemporalHealth(temporal_client, settings.temporal_task_queue)
        whispers = Whispers(client)
        stack.push_async_callback(whispers.drain, _DRAIN)
        slack = SlackCheck(partial(check_token, client))
        parts: dict[str, Check] = {"temporal": engine.ping, "mongodb": store.ping, "slack": slack}
        route = SlackRoute(_secret(settings.slack_signing_secret))
        server = Server(
            [
                *HealthApi(parts, worker=engine.require_worker).routes(),
                *([] if settings.uses_socket_mode else route.routes()),
            ]
        )
        stack.push_async_callback(server.stop)
        await _listen(server, settings)

        installation = await _installation(client, settings)
        replies = Replies(whispers)
        handlers = _handlers(settings, client, store, gateway, replies)
        bolt = create_bolt_app(client, _authorization(installation, client), handlers, replies)
        dispatch = dispatcher(bolt, installation.team_id)
        if settings.uses_socket_mode:
            slack.opened(_socket(stack, settings, client, dispatch))
        else:
            route.open(dispatch)
            slack.opened(_always)
        _log.info("bot_started", team=installation.team_id, socket=settings.uses_socket_mode)
        await asyncio.Event().wait()


async def _listen(server: Server, settings: Settings) -> None:
    host, port = settings.relai_host, settings.relai_port
    try:
        await server.start(host, port)
    except OSError as error:
        raise SettingsError(
            f"RELAI_PORT {port} of RELAI_HOST {host} can't be listened on: {error.strerror}"
        ) from error


def _socket(
    stack: AsyncExitStack, settings: Settings, client: AsyncWebClient, dispatch: Dispatch
) -> Callable[[], Awaitable[bool]]:
    """Connect by Socket Mode and watch over it; how to ask whether it is connected."""
    socket = SocketMode(client, _secret(settings.slack_app_token), dispatch)
    stack.push_async_callback(socket.stop, _DRAIN)
    socket.start()
    scheduler = Scheduler()
    scheduler.every(WATCH_EVERY, socket.look_after)
    scheduler.start()
    stack.callback(scheduler.stop)
    return socket.is_connected


async def _installation(client: AsyncWebClient, settings: Settings) -> Installation:
    """Learn from Slack who we are, for as long as that takes."""
    app_token = _secret(settings.slack_app_token) or None
    pause = 1.0
    while True:
        try:
            return await check_installation(client, app_token)
        except InstallationBrokenError:
            raise
        except MessengerError as error:
            _log.warning("slack_not_reachable", error=error.code, again_in=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _handlers(
    settings: Settings,
    client: AsyncWebClient,
    store: database.Database,
    gateway: TemporalService,
    replies: Replies,
) -> list[Handlers]:
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
    answers = RelayAnswerService(store.tasks, gateway)
    forms = Forms(client)
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


async def _always() -> bool:
    return True


if __name__ == "__main__":
    sys.exit(main())
