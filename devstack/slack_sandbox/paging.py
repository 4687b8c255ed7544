"""Slack's cursors."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from devstack.slack_sandbox.call import Arguments
from devstack.slack_sandbox.errors import SlackError

T = TypeVar("T")


def page(
    rows: Sequence[T], arguments: Arguments, *, default: int, most: int
) -> tuple[list[T], str]:
    """Return one page of the rows and the cursor of the next, empty at the end.

    Raises:
        SlackError: `invalid_cursor`, or `invalid_limit` for a limit below 1.
    """
    limit = min(arguments.number("limit", default), most)
    if limit < 1:
        raise SlackError("invalid_limit")
    start = _start(arguments.find("cursor"))
    end = start + limit
    following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(rows) else ""
    return list(rows[start:end]), following


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        decoded = base64.b64decode(cursor, validate=True).decode()
        return int(decoded.removeprefix("next:"))
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None
