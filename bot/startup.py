"""The start of the bot: it listens at once, and retries each part until it answers."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.server import Server
from relai_core.errors import MessengerError, UnavailableError
from relai_core.settings import Settings, SettingsError

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


async def listen(server: Server, settings: Settings) -> None:
    """Listen on the host and port of the settings.

    Raises:
        SettingsError: the address is taken, or not one of this machine.
    """
    host, port = settings.relai_host, settings.relai_port
    try:
        await server.start(host, port)
    except OSError as error:
        # asyncio puts the address into the text again; the resolver's own errors are below 0.
        code = error.errno or 0
        why = os.strerror(code) if code > 0 else error.strerror
        raise SettingsError(
            f"The bot can't listen on RELAI_HOST {host} and RELAI_PORT {port} "
            f"({why}): choose others, or end the process that has this port."
        ) from error


async def once_reached(part: str, ask: Callable[[], Awaitable[_T]]) -> _T:
    """Call `ask` until `part` answers, log each failed try, and return the answer.

    Raises:
        SettingsError: the part can't be used with these settings.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            return await ask()
        except (MessengerError, UnavailableError) as error:
            reason = error.code if isinstance(error, MessengerError) else error.reason
            _log.warning("waiting_for", part=part, reason=reason, again_in=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
