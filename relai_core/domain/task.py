"""A task: one piece of work with exactly one owner while it is open."""

import re
from datetime import datetime
from enum import StrEnum

from relai_core.domain.ids import RequestId, SlackUserId, TaskId, TeamId, TokenName
from relai_core.domain.model import Model
from relai_core.domain.relay import Relay

TITLE_LIMIT = 250
"""Characters in a title: it must fit a notification and a section next to other text."""
DESCRIPTION_LIMIT = 2500
"""Characters in a description: escaped and quoted it must fit a section, 3,000 in Slack."""
HOPS_KEPT = 20
"""Owners remembered on the task itself; its events hold them all."""

_NUMBER = re.compile(r"[Tt]-?0*([1-9][0-9]{0,8})")


class TaskStatus(StrEnum):
    """The status of a task. Only an open task has timers, buttons and reminders."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class NewTask(Model):
    """A task as asked for, before it has a number; `via` is the API token that asked, if any."""

    id: TaskId
    team_id: TeamId
    request_id: RequestId
    title: str
    description: str = ""
    creator: SlackUserId
    owner: SlackUserId
    due_at: datetime | None = None
    created_at: datetime
    via: TokenName | None = None


class Task(Model):
    """A task as stored. `version` counts its changes, one for each.

    Reminders for this owner and this date start after `owner_since` and `due_set_at`. `relay` is
    the latest hand-over, open or ended. `hops` are the owners so far, oldest first, the present
    owner last, at most `HOPS_KEPT`. `via` and `closed_via` are the API tokens that created and
    closed it in somebody's name.
    """

    id: TaskId
    team_id: TeamId
    number: int
    title: str
    description: str = ""
    status: TaskStatus = TaskStatus.OPEN
    creator: SlackUserId
    owner: SlackUserId
    owner_since: datetime
    due_at: datetime | None = None
    due_set_at: datetime
    snoozed_until: datetime | None = None
    progress: int = 0
    relay: Relay | None = None
    relay_count: int = 0
    hops: tuple[SlackUserId, ...]
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    closed_by: SlackUserId | None = None
    via: TokenName | None = None
    closed_via: TokenName | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.status is TaskStatus.OPEN

    @property
    def key(self) -> str:
        """The task's name for people: `T-42`."""
        return f"T-{self.number}"

    @property
    def open_relay(self) -> Relay | None:
        """The hand-over that still waits for an answer, if any."""
        return self.relay if self.relay is not None and self.relay.is_open else None

    @property
    def followers(self) -> tuple[SlackUserId, ...]:
        """Everyone who gets a notice of its end: creator and the owners in `hops`, each once."""
        return tuple(dict.fromkeys((self.creator, *self.hops)))


def parse_task_number(text: str) -> int | None:
    """Read `T-42`, `t42` or `T-042`; None if the whole text is not a task's key."""
    match = _NUMBER.fullmatch(text.strip())
    return int(match[1]) if match else None
