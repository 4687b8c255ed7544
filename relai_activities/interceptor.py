"""Turns our errors into Temporal's errors, with the delay before the retry, for all activities."""

import logging
from datetime import timedelta
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

from relai_core.errors import (
    InstallationBrokenError,
    MessengerError,
    NotFoundError,
    NotYourTurnError,
    RateLimitedError,
    UnavailableError,
)

ADMIN_RETRY = timedelta(minutes=1)
"""A revoked token or a missing scope needs a person, so asking more often only fills logs."""

_OURS = (MessengerError, NotFoundError, UnavailableError)

_log = structlog.get_logger(__name__)


class ErrorInterceptor(Interceptor):
    """Wraps every activity of a worker. Each failure of ours is one line in the log."""

    def __init__(self) -> None:
        activity.logger.base_logger.addFilter(_says_more)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - Temporal's name
        return _ErrorInbound(next)


class _ErrorInbound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - Temporal's names
        try:
            return await self.next.execute_activity(input)
        except _OURS as error:
            info = activity.info()
            level = logging.DEBUG if isinstance(error, NotYourTurnError) else logging.WARNING
            _log.log(
                level,
                "activity_failed",
                activity=info.activity_type,
                workflow_id=info.workflow_id,
                attempt=info.attempt,
                error=type(error).__name__,
                code=str(error),
            )
            raise application_error(error) from error


def _says_more(record: logging.LogRecord) -> bool:
    """True if a line of Temporal's SDK tells more than our line `activity_failed`.

    The SDK's line adds a traceback of 5 KB to each failed try: four fifths of the log while Slack
    is away.
    """
    failure = record.exc_info[1] if record.exc_info else None
    return not isinstance(failure.__cause__ if failure else None, _OURS)


def application_error(error: MessengerError | NotFoundError | UnavailableError) -> ApplicationError:
    """The error for Temporal: its type, and the delay before the next try.

    Temporal retries each of these errors. A message that Slack never accepts is settled in the
    ledger and raises no error. A missing document may be found once the store's address is
    corrected.
    """
    if isinstance(error, NotYourTurnError):
        # Benign: the SDK counts and logs it as no failure.
        return ApplicationError(
            str(error),
            type="NotYourTurn",
            next_retry_delay=error.retry_after,
            category=ApplicationErrorCategory.BENIGN,
        )
    if isinstance(error, RateLimitedError):
        return ApplicationError(
            str(error), type="SlackRateLimited", next_retry_delay=error.retry_after
        )
    if isinstance(error, InstallationBrokenError):
        return ApplicationError(
            str(error), type="SlackInstallationBroken", next_retry_delay=ADMIN_RETRY
        )
    return ApplicationError(str(error), type=type(error).__name__)
