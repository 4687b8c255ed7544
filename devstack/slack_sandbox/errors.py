"""The errors of the sandbox, for its two APIs.

SlackError      a Web API answer `{"ok": false, "error": …}`
ControlError    a control API answer `{"error": …, "message": …}` with its status
"""

from collections.abc import Iterable

from devstack.slack_sandbox.records import Json


class SlackError(Exception):
    """A Web API call fails with `error`, a name that Slack documents."""

    def __init__(self, error: str, **details: object) -> None:
        super().__init__(error)
        self.error = error
        self.details = details

    @classmethod
    def with_messages(cls, error: str, messages: Iterable[str]) -> "SlackError":
        """Report the errors as Slack does: in `errors` and in `response_metadata.messages`."""
        said = list(messages)
        metadata = {"messages": [f"[ERROR] {message}" for message in said]}
        return cls(error, errors=said, response_metadata=metadata)

    def body(self) -> Json:
        return {"ok": False, "error": self.error, **self.details}


class ControlError(Exception):
    """A control request can't be carried out; `message` tells the cure."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message


def unknown(what: str, name: str) -> ControlError:
    """Return the 404 for an id that isn't there."""
    return ControlError(404, f"{what}_not_found", f"there is no {what} {name!r} here")


def malformed(message: str, error: str = "invalid_request") -> ControlError:
    """Return the 400 for a request that makes no sense."""
    return ControlError(400, error, message)
