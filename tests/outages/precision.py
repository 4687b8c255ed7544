"""Dates as fine as MongoDB keeps them, so that two witnesses can be compared.

"due in 20 seconds" has microseconds in Temporal's histories, and milliseconds in the store.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.chaos.journal import Json

_MICROSECONDS = 1000


def as_stored(histories: Sequence[Json]) -> list[Json]:
    """The same histories, each due date in whole milliseconds."""
    return [_cut(history) for history in histories]


def _cut(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _cut(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_cut(each) for each in value]
    return _in_milliseconds(value) if name == "due_at" and value else value


def _in_milliseconds(date: str) -> str:
    moment = datetime.fromisoformat(date)
    whole = moment.microsecond // _MICROSECONDS * _MICROSECONDS
    return moment.replace(microsecond=whole).isoformat()
