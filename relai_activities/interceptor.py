"""How an error of ours becomes a retry, or none, in Temporal's terms. Written once, here."""

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
    """Whether a line of Temporal's SDK tells more than `activity_failed` has told.

    It adds a traceback of 5 KB to each try that failed: four fifths of the log while Slack is away.
    """
    failure = record.exc_info[1] if record.exc_info else None
    return not isinstance(failure.__cause__ if failure else None, _OURS)


def application_error(error: MessengerError | NotFoundError | UnavailableError) -> ApplicationError:
    """The same error as Temporal must see it: its type, and when to try again.

    None is final. What Slack will never accept is settled in the ledger and raises nothing; what
    the store does not hold may be there again once its address is put right.
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
