"""Errors, one class for each reaction of a caller.

RelaiError                     its text is for the person: what happened, what to do next
├── InvalidInputError          say it differently; `field` names the input
├── NotFoundError              there is no such thing in this workspace
├── NotAllowedError            this person may not do that
└── UnavailableError           a part is down; nothing was saved

MessengerError                 a call to Slack failed
├── RateLimitedError           wait `retry_after`
│   └── NotYourTurnError       we ourselves keep a pace
├── UndeliverableError         never to this person, as things are
├── RejectedMessageError       the message itself is wrong: our bug
├── InstallationBrokenError    token or scope: an admin must act
│   └── MissingScopeError      other calls may work, and this one never as things are
├── TransientMessengerError    provably not done; try again
└── AmbiguousDeliveryError     may or may not have been done
"""

from datetime import timedelta


class RelaiError(Exception):
    """An error whose text is shown to the person."""


class InvalidInputError(RelaiError):
    """The input can't be used as it is.

    Attributes:
        field: the input it is about, such as `title`, or None.
    """

    def __init__(self, text: str, *, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


class NotFoundError(RelaiError):
    """No such task or person in this workspace."""


class NotAllowedError(RelaiError):
    """This person may not do that, now or at all."""


class UnavailableError(RelaiError):
    """A part is down or too slow. Nothing was saved.

    Attributes:
        part: `Temporal`, `MongoDB` or `Slack`.
        retry_after: the wait that the part asked for, if any.
        reason: why, in words for an operator that hold no address.
    """

    def __init__(
        self, part: str, retry_after: timedelta | None = None, reason: str | None = None
    ) -> None:
        super().__init__(f"{part} can't be reached right now, so nothing was saved.")
        self.part = part
        self.retry_after = retry_after
        self.reason = reason


class MessengerError(Exception):
    """A call to Slack failed. `code` is Slack's error, or our name for the failure."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RateLimitedError(MessengerError):
    """Too many calls. Nothing was done."""

    def __init__(self, code: str, retry_after: timedelta) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class NotYourTurnError(RateLimitedError):
    """Our own pace for a channel was reached. Nothing was done, and nothing is wrong."""


class UndeliverableError(MessengerError):
    """Messages can't reach this person or channel."""


class RejectedMessageError(MessengerError):
    """Slack finds the message itself wrong."""


class InstallationBrokenError(MessengerError):
    """The token or its scopes do not suffice."""


class MissingScopeError(InstallationBrokenError):
    """The token is good, but was not given the scope that this call needs."""


class TransientMessengerError(MessengerError):
    """Provably not done, and likely to work later."""


class AmbiguousDeliveryError(MessengerError):
    """The answer was lost: it may have been done."""
