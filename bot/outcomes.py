"""What became of a request, in one word for the figures."""

from enum import StrEnum

from bot.services.durable_calls import UnconfirmedError
from relai_core.domain.decisions import ChangeRefusedError
from relai_core.errors import RelaiError, UnavailableError

OUTCOME = "relai_outcome"
"""Under which a listener leaves the outcome in Bolt's context."""


class RequestOutcome(StrEnum):
    """All there are. `ok` includes what is saved and not yet carried out."""

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
    """The outcome of a request whose listener left none, by the answer's HTTP status."""
    if status == 404:
        return RequestOutcome.UNHEARD
    return RequestOutcome.FAILED if status >= 500 else RequestOutcome.OK
