"""The start of the bot: it listens at once, and then waits for Slack as long as that takes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.server import Server
from relai_core.errors import InstallationBrokenError, MessengerError
from relai_core.settings import Settings, SettingsError

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


async def listen(server: Server, settings: Settings) -> None:
    """Listen where the settings say.

    Raises:
        SettingsError: nobody can.
    """
    host, port = settings.relai_host, settings.relai_port
    try:
        await server.start(host, port)
    except OSError as error:
        raise SettingsError(
            f"RELAI_PORT {port} of RELAI_HOST {host} can't be listened on: {error.strerror}"
        ) from error


async def once_reached(ask: Callable[[], Awaitable[_T]]) -> _T:
    """What Slack answers, once it does.

    Raises:
        InstallationBrokenError: it answers that we may not ask.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            return await ask()
        except InstallationBrokenError:
            raise
        except MessengerError as error:
            _log.warning("slack_not_reachable", error=error.code, again_in=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
