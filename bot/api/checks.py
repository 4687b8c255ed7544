"""Whether one part is there and, if not, words about it that anybody may read."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.services.durable_calls import UnconfirmedError
from bot.services.temporal_health import NoWorkerError
from relai_core.errors import InstallationBrokenError, MessengerError, UnavailableError

CHECKED_WITHIN = timedelta(seconds=1.5)

Check = Callable[[], Awaitable[None]]
"""Returns if its part is there, and raises otherwise."""

_log = structlog.get_logger(__name__)


class NotConnectedError(Exception):
    """No payload can come in."""


class ClockOffError(Exception):
    """This machine's clock is `ahead` of Slack's, or behind it if that is negative."""

    def __init__(self, ahead: timedelta) -> None:
        super().__init__(ahead)
        self.ahead = ahead


class ClockCheck:
    """Whether this machine's clock, which is `ahead` of Slack's, agrees with it."""

    def __init__(self, ahead: Callable[[], timedelta]) -> None:
        self._ahead = ahead

    async def __call__(self) -> None:
        if ahead := self._ahead():
            raise ClockOffError(ahead)


class SlackCheck:
    """Whether the token is valid, which `check_token` asks, and the way in is open."""

    def __init__(self, check_token: Check) -> None:
        self._check_token = check_token
        self._is_open: Callable[[], Awaitable[bool]] | None = None

    def opened(self, is_open: Callable[[], Awaitable[bool]]) -> None:
        """From now on `is_open` tells whether payloads can come in."""
        self._is_open = is_open

    async def __call__(self) -> None:
        await self._check_token()
        if self._is_open is None or not await self._is_open():
            raise NotConnectedError


async def trouble_with(check: Check) -> str | None:
    """What a check finds wrong within `CHECKED_WITHIN`, or None.

    The words are our own: any other error's text may hold addresses and secrets, so it is only
    logged.
    """
    try:
        async with asyncio.timeout(CHECKED_WITHIN.total_seconds()):
            await check()
    except Exception as error:  # noqa: BLE001 - whatever it is, the part is down
        return _words(error)
    return None


def _words(error: Exception) -> str:
    match error:
        case UnavailableError():
            return f"{error.part} can't be reached"
        case TimeoutError() | UnconfirmedError():
            return "no answer in time"
        case NoWorkerError():
            return f"no worker polls {error.task_queue}"
        case NotConnectedError():
            return "not connected to Slack"
        case ClockOffError():
            seconds = round(error.ahead.total_seconds())
            where = "ahead of" if seconds > 0 else "behind"
            return f"{abs(seconds)} s {where} Slack's, which is gone by instead"
    _log.warning("check_failed", error=str(error), kind=type(error).__name__)
    match error:
        case InstallationBrokenError():
            return "Slack refuses the bot token"
        case MessengerError():
            return "Slack can't be asked"
    return type(error).__name__
