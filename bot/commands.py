"""The commands that people can give with `/task` and `/relay`, one class for each.

The grammar makes commands from text; handlers and services carry them out. A `number` is the
T-number of a task in the speaker's workspace. Text is as the person typed it, not escaped. Moments
are aware datetimes in UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from relai_core.domain.ids import SlackUserId
from relai_core.domain.relay import RelayMode

HelpTopic = Literal["task", "relay"]


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Make a task. Without an `owner` the speaker owns it."""

    title: str
    description: str = ""
    owner: SlackUserId | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListTasks:
    """Show the speaker's tasks."""


@dataclass(frozen=True, slots=True)
class ShowTask:
    """Show one task."""

    number: int


@dataclass(frozen=True, slots=True)
class CompleteTask:
    """Mark a task complete. Without a number: the speaker's only open task."""

    number: int | None


@dataclass(frozen=True, slots=True)
class SetProgress:
    """Set a task's progress, 0 to 100. Without a number: the speaker's only open task."""

    number: int | None
    progress: int


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Show the commands, with examples."""

    topic: HelpTopic


@dataclass(frozen=True, slots=True)
class OpenTaskForm:
    """Open a form with the given values, which asks for the others."""

    title: str = ""
    owner: SlackUserId | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RelayTask:
    """Hand a task to someone. Without a number: the speaker's only open task.

    If `mode` or `answer_by` is None, the workspace's default applies.
    """

    number: int | None
    to: SlackUserId
    note: str = ""
    mode: RelayMode | None = None
    answer_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenRelayForm:
    """Open a form with the given values, which asks for the others."""

    number: int | None = None
    to: SlackUserId | None = None
    note: str = ""
    mode: RelayMode | None = None


TaskCommand = (
    CreateTask | ListTasks | ShowTask | CompleteTask | SetProgress | ShowHelp | OpenTaskForm
)
"""All commands of `/task`."""

RelayCommand = RelayTask | OpenRelayForm | ShowHelp
"""All commands of `/relay`."""
