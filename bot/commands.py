"""What a slash command asks for, as one value per wish.

The grammar makes these from text; handlers and services carry them out. A `number` is the T-number
of a task in the speaker's workspace. Text is as the person typed it, not escaped. Moments are
aware, in UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from relai_core.domain.ids import SlackUserId
from relai_core.domain.relay import RelayMode

HelpTopic = Literal["task", "relay"]


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Make a task. Without an owner it is the speaker's own."""

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
    """Mark a task complete. Without a number: the only one it can mean."""

    number: int | None


@dataclass(frozen=True, slots=True)
class SetProgress:
    """Say how far a task is, 0 to 100. Without a number: the only one it can mean."""

    number: int | None
    progress: int


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Show what can be typed, with examples."""

    topic: HelpTopic


@dataclass(frozen=True, slots=True)
class OpenTaskForm:
    """Ask for what is missing in a form that holds what was understood."""

    title: str = ""
    owner: SlackUserId | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RelayTask:
    """Hand a task to someone. Without a number: the only one it can mean.

    `mode` and `answer_by` are None where the workspace's own apply.
    """

    number: int | None
    to: SlackUserId
    note: str = ""
    mode: RelayMode | None = None
    answer_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenRelayForm:
    """Ask for what is missing in a form that holds what was understood."""

    number: int | None = None
    to: SlackUserId | None = None
    note: str = ""
    mode: RelayMode | None = None


TaskCommand = (
    CreateTask | ListTasks | ShowTask | CompleteTask | SetProgress | ShowHelp | OpenTaskForm
)
"""Everything `/task` can ask for."""

RelayCommand = RelayTask | OpenRelayForm | ShowHelp
"""Everything `/relay` can ask for."""
