"""The protocol of a transport to the app, by a socket or by HTTP."""

import json
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from devstack.slack_sandbox.records import Json
from devstack.slack_sandbox.signature import Signing

Kind = Literal["command", "interactive", "event"]


@dataclass(frozen=True)
class Retry:
    """The mark Slack puts on a repeated event."""

    number: int
    reason: str


@dataclass(frozen=True)
class Parcel:
    """A payload on its way to the app."""

    kind: Kind
    payload: Json
    envelope_id: str
    retry: Retry | None = None
    signing: Signing = "good"


@dataclass(frozen=True)
class Reply:
    """The app's answer: the HTTP status (200 for an acknowledged envelope) and the body."""

    status: int
    answer: Json | None = None
    no_retry: bool = False


class TransportError(Exception):
    """The payload did not reach the app; `reason` is a retry reason of Slack."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Transport(Protocol):
    """A way to the app."""

    async def send(self, parcel: Parcel) -> Reply:
        """Hand the parcel over and wait for the answer, as long as it takes."""


def as_answer(body: Any) -> Json | None:  # noqa: ANN401 - as JSON has it
    """Read an acknowledgement: JSON as it is, plain text as a message, nothing as nothing."""
    if isinstance(body, dict):
        return body
    if not body or not isinstance(body, str) or not body.strip():
        return None
    try:
        parsed = json.loads(body)
    except ValueError:
        return {"text": body}
    return parsed if isinstance(parsed, dict) else {"text": body}
