"""The outcome of a request, as a label for the metrics."""

from enum import StrEnum

from bot.services.durable_calls import UnconfirmedError
from relai_core.domain.decisions import ChangeRefusedError
from relai_core.errors import RelaiError, UnavailableError

OUTCOME = "relai_outcome"
"""Key in Bolt's context under which a listener stores the outcome."""


class RequestOutcome(StrEnum):
    """All outcomes. `ok` includes requests that are saved and not yet carried out."""

    OK = "ok"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    UNREADABLE = "unreadable"
    UNHEARD = "unheard"


def outcome_of(error: Exception) -> RequestOutcome:
    """The outcome of a request that ended in `error`."""
    match error:
        case UnavailableError():
            return RequestOutcome.UNAVAILABLE
        case UnconfirmedError() | TimeoutError():
            return RequestOutcome.UNCONFIRMED
        case RelaiError() | ChangeRefusedError():
            return RequestOutcome.REFUSED
    return RequestOutcome.FAILED


def outcome_of_status(status: int) -> RequestOutcome:
    """The outcome by the answer's HTTP status, for a request whose listener stored none."""
    if status == 404:
        return RequestOutcome.UNHEARD
    return RequestOutcome.FAILED if status >= 500 else RequestOutcome.OK
