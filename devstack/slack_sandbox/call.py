"""A Web API call: its arguments, its caller, and the known methods."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.options import Options
from devstack.slack_sandbox.records import Json
from devstack.slack_sandbox.sockets import Sockets
from devstack.slack_sandbox.workspace import Workspace

_TRUE = {"1", "true", "True"}


class Arguments:
    """Arguments however they came: JSON values, or the strings of a form or a query."""

    def __init__(self, given: Json) -> None:
        self.given = given

    def text(self, name: str) -> str:
        """Return a required argument as text."""
        value = self.given.get(name)
        if value is None or value == "":
            raise SlackError.with_messages("invalid_arguments", [f"missing required field: {name}"])
        return str(value)

    def find(self, name: str) -> str | None:
        value = self.given.get(name)
        return None if value is None or value == "" else str(value)

    def flag(self, name: str) -> bool:
        value = self.given.get(name)
        return value is True or str(value) in _TRUE

    def number(self, name: str, default: int) -> int:
        value = self.find(name)
        if value is None:
            return default
        try:
            return int(value)
        except ValueError:
            raise SlackError.with_messages(
                "invalid_arguments", [f"must be an integer [json-pointer:/{name}]"]
            ) from None

    def listed(self, name: str) -> list[str]:
        """Return a list, which forms carry with commas between."""
        value = self.given.get(name)
        items = value if isinstance(value, list) else str(value or "").split(",")
        return [str(item).strip() for item in items if str(item).strip()]

    def structure(self, name: str) -> Any:  # noqa: ANN401 - as JSON has it
        """Return an argument that is JSON, which forms carry as a string; None if absent."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError(
                f"invalid_{name}_format" if name == "blocks" else "invalid_json"
            ) from None


@dataclass(frozen=True)
class Call:
    """A call that has passed authentication."""

    arguments: Arguments
    workspace: Workspace
    options: Options
    sockets: Sockets
    host: str
    now: float

    def require_scope(self, *any_of: str) -> None:
        """Raise `missing_scope` unless the app has at least one of these scopes."""
        if any_of and not set(any_of) & set(self.options.scopes):
            provided = ",".join(self.options.scopes)
            raise SlackError("missing_scope", needed=",".join(any_of), provided=provided)


Token = Literal["bot", "app", "none"]


@dataclass(frozen=True)
class Method:
    """A Web API method: its function, the scopes of which it needs one, and the kind of token."""

    run: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    token: Token = "bot"  # noqa: S105 - the kind of token, not a token
