"""The checks behind `/health`. Their error texts are public, so they hold no secrets."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

import structlog

from bot.services.durable_calls import UnconfirmedError
from bot.services.temporal_health import NoWorkerError
from relai_core.domain.ids import TeamId
from relai_core.domain.worker_report import WorkerReport
from relai_core.errors import MessengerError, UnavailableError
from relai_core.settings import SettingsError

CHECKED_WITHIN = timedelta(seconds=1.5)
CLOCKS_APART = timedelta(seconds=3)
"""A larger difference means that our clock is wrong. Slack's Date header is cut to whole seconds
and ages on its way to us; both together explain less."""

Check = Callable[[], Awaitable[None]]
"""Returns if its part works, and raises otherwise."""

_log = structlog.get_logger(__name__)


class NotConnectedError(Exception):
    """The bot can't receive payloads."""


class DegradedError(Exception):
    """People are served, but an operator must act. The text names the cause and is public."""


class SlackCheck:
    """Checks the bot token and the connection for payloads.

    Args:
        check_token: Checks the token; returns this machine's clock minus Slack's.
    """

    def __init__(self, check_token: Callable[[], Awaitable[timedelta]]) -> None:
        self._check_token = check_token
        self._is_open: Callable[[], Awaitable[bool]] | None = None
        self._clock_ahead = timedelta(0)

    def opened(self, is_open: Callable[[], Awaitable[bool]]) -> None:
        """From now on use `is_open`, which is true if payloads can arrive."""
        self._is_open = is_open

    async def __call__(self) -> None:
        self._clock_ahead = await self._check_token()
        if self._is_open is None or not await self._is_open():
            raise NotConnectedError

    async def check_clock(self) -> None:
        """Compare this machine's clock with the date of Slack's latest answer."""
        seconds = round(self._clock_ahead.total_seconds())
        if abs(self._clock_ahead) > CLOCKS_APART:
            where = "ahead of" if seconds > 0 else "behind"
            raise DegradedError(
                f"clock is {abs(seconds)} s {where} Slack's: set this machine's clock"
            )


class WorkerCheck:
    """Checks that a worker polls, and that no worker reports trouble.

    Args:
        require_worker: Checks that a worker polls.
        list_reports: Reads the reports of the workers that run.
    """

    def __init__(
        self,
        require_worker: Check,
        list_reports: Callable[[], Awaitable[Sequence[WorkerReport]]],
    ) -> None:
        self._require_worker = require_worker
        self._list_reports = list_reports
        self._team_id: TeamId | None = None

    def serves(self, team_id: TeamId) -> None:
        """From now on a worker must have a token of this workspace."""
        self._team_id = team_id

    async def __call__(self) -> None:
        await self._require_worker()
        try:
            reports = await self._list_reports()
        except UnavailableError:
            return  # the check of MongoDB reports this
        for report in reports:
            if trouble := self._trouble(report):
                _log.warning("worker_in_trouble", worker=report.worker, trouble=trouble)
                raise DegradedError(f"a worker reports: {trouble}")

    def _trouble(self, report: WorkerReport) -> str | None:
        if report.team_id and self._team_id and report.team_id != self._team_id:
            return (
                f"its SLACK_BOT_TOKEN is of the workspace {report.team_id}, and the bot's of "
                f"{self._team_id}: give both the same"
            )
        return report.trouble


class Trouble(NamedTuple):
    """The trouble with a part. If `is_degraded`, people are still served."""

    words: str
    is_degraded: bool


async def trouble_with(check: Check) -> Trouble | None:
    """Run a check for at most `CHECKED_WITHIN`; return the trouble that it finds, or None.

    The text is always our own. Texts of foreign errors may hold addresses and secrets, so they are
    only logged.
    """
    try:
        async with asyncio.timeout(CHECKED_WITHIN.total_seconds()):
            await check()
    except Exception as error:  # noqa: BLE001 - any failure means that the part is down
        return Trouble(_words(error), isinstance(error, DegradedError))
    return None


def _words(error: Exception) -> str:
    match error:
        case SettingsError() | DegradedError():
            return str(error)
        case UnavailableError():
            why = f": {error.reason}" if error.reason else ""
            return f"{error.part} can't be reached{why}"
        case TimeoutError() | UnconfirmedError():
            return "no answer in time"
        case NoWorkerError():
            return f"no worker polls {error.task_queue}"
        case NotConnectedError():
            return "not connected to Slack"
    _log.warning("check_failed", error=str(error), kind=type(error).__name__)
    return "Slack can't be asked" if isinstance(error, MessengerError) else type(error).__name__
