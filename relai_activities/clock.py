"""The time for activities: Temporal's clock, independent of the worker's own clock.

So all workers agree on due dates, on turns and on the ledger, and a worker whose clock is fast
never stores a moment that lies in the future.
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from relai_core.clock import Anchored

OFF_BY = timedelta(seconds=5)
"""If a worker's clock is further from Temporal's, it logs a warning. A busy worker begins a little
late, which looks the same."""

_clock: ContextVar[Anchored] = ContextVar("clock")
_log = structlog.get_logger(__name__)


def now() -> datetime:
    """Temporal's time: the moment it handed out this try, plus the time since."""
    return _clock.get().now()


def now_after(asked_at: datetime) -> datetime:
    """The time now, and never before the workflow asked.

    A retry after a long outage acts at its own time. But if a node of Temporal is behind another, a
    timer that has fired must not seem to be in the future.
    """
    return max(now(), asked_at)


class ClockInterceptor(Interceptor):
    """Gives every activity of a worker its clock, and says when the worker's own is wrong."""

    def __init__(self) -> None:
        self._is_off = False

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - Temporal's name
        return _ClockInbound(next, self._compare)

    def _compare(self, handed_out_at: datetime) -> None:
        ahead = datetime.now(UTC) - handed_out_at
        is_off = abs(ahead) > OFF_BY
        if is_off != self._is_off:
            self._is_off = is_off
            state = "off" if is_off else "right"
            _log.warning("clock_changed", state=state, seconds_ahead=round(ahead.total_seconds()))


class _ClockInbound(ActivityInboundInterceptor):
    def __init__(
        self,
        next: ActivityInboundInterceptor,  # noqa: A002 - Temporal's name
        compare: Callable[[datetime], None],
    ) -> None:
        super().__init__(next)
        self._compare = compare

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - Temporal's names
        handed_out_at = activity.info().started_time
        _clock.set(Anchored.at(handed_out_at))
        self._compare(handed_out_at)
        return await self.next.execute_activity(input)
