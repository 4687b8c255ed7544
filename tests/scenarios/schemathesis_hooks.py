"""Facts that a generator can't know: people of the workspace, and due dates that lie ahead.

Schemathesis loads this file in its own process; `RELAI_TEST_PEOPLE` names people's Slack ids.
Values that are meant not to fit are left as they are.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import schemathesis

_PEOPLE = os.environ["RELAI_TEST_PEOPLE"].split(",")
_PERSON_FIELDS = {"assignedTo", "creator", "actor", "from_user", "to_user", "inviter"}
_PERSON = re.compile(r"[!-~]{1,320}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


@schemathesis.hook
def map_body(_: Any, body: Any) -> Any:
    """Put people and dates of the workspace in the places of made-up ones."""
    if not isinstance(body, dict):
        return body
    return {name: _real(name, value) for name, value in body.items()}


def _real(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if name in _PERSON_FIELDS and _PERSON.fullmatch(value):
        return _PEOPLE[len(value) % len(_PEOPLE)]
    if name == "slack_user_id" and _PERSON.fullmatch(value):
        return _PEOPLE[0]
    if name in ("estimatedHandoff", "answer_by") and _is_moment(value):
        return (datetime.now(UTC) + timedelta(days=2)).isoformat()
    return value


def _is_moment(text: str) -> bool:
    """True unless an hour or a minute doesn't exist, which is generated on purpose."""
    try:
        return bool(_MOMENT.fullmatch(text)) and datetime.fromisoformat(text) is not None
    except ValueError:
        return False
