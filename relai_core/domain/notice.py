"""A notice: one message to one person about one thing, and its row in the ledger."""

from datetime import datetime, timedelta
from enum import StrEnum

from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import (
    ChannelId,
    MessageTs,
    NoticeKey,
    RelayId,
    SlackUserId,
    TaskId,
    TeamId,
)
from relai_core.domain.model import Model

LATE_AFTER = timedelta(minutes=5)
"""A notice that goes out this much after its moment says that it is late."""


class NoticeKind(StrEnum):
    """The kinds of notices; each has its own text."""

    TASK_CREATED = "task_created"
    TASK_ASSIGNED = "task_assigned"
    TASK_COMPLETED = "task_completed"
    TASK_CANCELLED = "task_cancelled"
    TASK_TAKEN_BACK = "task_taken_back"
    TASK_UPDATED = "task_updated"
    RELAY_SENT = "relay_sent"
    RELAY_OFFERED = "relay_offered"
    RELAY_NUDGED = "relay_nudged"
    RELAY_ENDED = "relay_ended"
    REQUEST_REFUSED = "request_refused"
    REMINDER_DAY_BEFORE = "reminder_day_before"
    REMINDER_DUE = "reminder_due"
    REMINDER_OVERDUE = "reminder_overdue"
    WELCOME = "welcome"
    ONBOARDING_FOLLOW_UP = "onboarding_follow_up"
    ONBOARDING_SUMMARY = "onboarding_summary"

    @property
    def is_reminder(self) -> bool:
        return self in _REMINDERS

    @property
    def is_card(self) -> bool:
        """True if the message shows buttons that must go when the task changes."""
        return self in _CARDS


_REMINDERS = frozenset(
    {NoticeKind.REMINDER_DAY_BEFORE, NoticeKind.REMINDER_DUE, NoticeKind.REMINDER_OVERDUE}
)
_CARDS = _REMINDERS | {
    NoticeKind.TASK_ASSIGNED,
    NoticeKind.TASK_TAKEN_BACK,
    NoticeKind.RELAY_SENT,
    NoticeKind.RELAY_OFFERED,
    NoticeKind.RELAY_NUDGED,
    NoticeKind.RELAY_ENDED,
}


class NoticeState(StrEnum):
    """The state of a notice in the ledger. The last four states are final."""

    PLANNED = "planned"
    AMBIGUOUS = "ambiguous"
    SENT = "sent"
    RECONCILED = "reconciled"
    SKIPPED = "skipped"
    FAILED = "failed"


class Notice(Model):
    """A message to send. Exactly one of `recipient` and `channel` is set.

    `moment` tells notices of one kind about one task apart: a relay id, a due date, a request.
    `planned_at` is its planned time. Only reminders have `due_at`, the due date they are about.
    `counts` are `(open, done)` of an onboarding.
    """

    team_id: TeamId
    kind: NoticeKind
    moment: str
    planned_at: datetime
    recipient: SlackUserId | None = None
    channel: ChannelId | None = None
    task_id: TaskId | None = None
    relay_id: RelayId | None = None
    actor: SlackUserId | None = None
    due_at: datetime | None = None
    refusal: RefusalReason | None = None
    subject: SlackUserId | None = None
    counts: tuple[int, int] | None = None

    @property
    def key(self) -> NoticeKey:
        about = self.task_id or self.team_id
        return NoticeKey(f"{about}:{self.kind}:{self.moment}:{self.recipient or self.channel}")


class NoticeRow(Model):
    """A notice in the ledger, written before its post.

    `attempted_at` is the time of the first call to Slack with an unknown outcome, `last_attempt_at`
    that of the last call. Both are written just before the call. `unknown_since` is the time when
    we last gave up waiting for an answer. `turn_at` is the notice's turn in its channel, until it
    is used. `attempts` counts the calls: of two concurrent tries only one makes the next call.
    `live` is True for a card that is still edited when its task changes.
    """

    key: NoticeKey
    notice: Notice
    state: NoticeState = NoticeState.PLANNED
    attempted_at: datetime | None = None
    last_attempt_at: datetime | None = None
    unknown_since: datetime | None = None
    turn_at: datetime | None = None
    attempts: int = 0
    channel: ChannelId | None = None
    ts: MessageTs | None = None
    reason: str = ""
    live: bool = False
    created_at: datetime
    settled_at: datetime | None = None

    @property
    def interrupted_at(self) -> datetime | None:
        """The start of the last call, if its outcome was not recorded."""
        last, known = self.last_attempt_at, self.unknown_since
        return last if last is not None and (known is None or known < last) else None

    @property
    def is_settled(self) -> bool:
        return self.state not in (NoticeState.PLANNED, NoticeState.AMBIGUOUS)
