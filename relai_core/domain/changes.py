"""The changes of a task. Each is a value that holds the actor, the time and the request.

A change takes effect once `decide` (see `decisions`) has allowed it for the task as it stands.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from relai_core.domain.ids import RelayId, RequestId, SlackUserId, TaskId, TokenName
from relai_core.domain.model import Model
from relai_core.domain.relay import RelayMode


class _Change(Model):
    """Shared by all: `id` makes a repeat recognisable, `actor` is None for the clock.

    `via` is the API token that asked for it in the actor's name; None if they asked themselves.
    """

    id: RequestId
    task_id: TaskId
    at: datetime
    via: TokenName | None = None


class Completed(_Change):
    """The work is done."""

    kind: Literal["completed"] = "completed"
    actor: SlackUserId


class Cancelled(_Change):
    """The work is no longer wanted."""

    kind: Literal["cancelled"] = "cancelled"
    actor: SlackUserId


class Progressed(_Change):
    """The owner says how far it is, 0 to 100."""

    kind: Literal["progressed"] = "progressed"
    actor: SlackUserId
    progress: int = Field(ge=0, le=100)


class Edited(_Change):
    """Title, description or due date are corrected. A field that is None stays as it is."""

    kind: Literal["edited"] = "edited"
    actor: SlackUserId
    title: str | None = None
    description: str | None = None
    due_at: datetime | None = None


class Snoozed(_Change):
    """The owner wants no reminder before `until`."""

    kind: Literal["snoozed"] = "snoozed"
    actor: SlackUserId
    until: datetime


class RelayOpened(_Change):
    """The owner hands the task to someone."""

    kind: Literal["relay_opened"] = "relay_opened"
    actor: SlackUserId
    relay_id: RelayId
    to_user: SlackUserId
    mode: RelayMode
    note: str = ""
    nudge_at: datetime
    answer_by: datetime


class RelayAccepted(_Change):
    """The receiver takes it."""

    kind: Literal["relay_accepted"] = "relay_accepted"
    actor: SlackUserId
    relay_id: RelayId


class RelayDeclined(_Change):
    """The receiver gives it back, with a reason."""

    kind: Literal["relay_declined"] = "relay_declined"
    actor: SlackUserId
    relay_id: RelayId
    reason: str = ""


class RelayWithdrawn(_Change):
    """The sender takes the hand-over back before it was answered."""

    kind: Literal["relay_withdrawn"] = "relay_withdrawn"
    actor: SlackUserId
    relay_id: RelayId


class RelayExpired(_Change):
    """The window closed without an answer."""

    kind: Literal["relay_expired"] = "relay_expired"
    actor: None = None
    relay_id: RelayId


class RelayPostponed(_Change):
    """The offer reached the receiver late, so the window starts again."""

    kind: Literal["relay_postponed"] = "relay_postponed"
    actor: None = None
    relay_id: RelayId
    nudge_at: datetime
    answer_by: datetime


class RelayUndeliverable(_Change):
    """The receiver can't be told at all, so the task goes back at once."""

    kind: Literal["relay_undeliverable"] = "relay_undeliverable"
    actor: None = None
    relay_id: RelayId
    reason: str


class TakenBack(_Change):
    """The sender takes the task back after a relay that ended unanswered."""

    kind: Literal["taken_back"] = "taken_back"
    actor: SlackUserId
    relay_id: RelayId


RelayAnswer = RelayAccepted | RelayDeclined | RelayWithdrawn
"""Changes that sender and receiver can make to an open hand-over."""

TaskUpdate = Annotated[
    Completed | Cancelled | Progressed | Edited | Snoozed, Field(discriminator="kind")
]
"""Changes of a task that leave its owner alone."""

TaskChange = Annotated[
    Completed
    | Cancelled
    | Progressed
    | Edited
    | Snoozed
    | RelayOpened
    | RelayAccepted
    | RelayDeclined
    | RelayWithdrawn
    | RelayExpired
    | RelayPostponed
    | RelayUndeliverable
    | TakenBack,
    Field(discriminator="kind"),
]
"""All changes of a task."""


class TaskEvent(Model):
    """An event in a task's trail: the change, and the task's owner after it.

    `id` is the id of the change, so a change that is applied twice leaves one event. `version` is
    the task's version after it, so the events of a task are ordered without gaps. `settled` names
    a relay that this change ended on the way, such as an open hand-over when the work is done.
    `via` is the API token that acted in the actor's name, if one did.
    """

    id: RequestId
    task_id: TaskId
    version: int
    kind: str
    actor: SlackUserId | None
    owner: SlackUserId
    at: datetime
    relay_id: RelayId | None = None
    settled: RelayId | None = None
    note: str = ""
    via: TokenName | None = None
