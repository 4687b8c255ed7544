"""Inputs and results of the activities."""

from datetime import datetime, timedelta

from relai_core.domain.changes import TaskChange, TaskEvent
from relai_core.domain.ids import (
    ChannelId,
    RelayId,
    RequestId,
    SlackUserId,
    TaskId,
    TeamId,
    TokenName,
)
from relai_core.domain.model import Model
from relai_core.domain.notice import NoticeState
from relai_core.domain.outcome import Refusal
from relai_core.domain.relay import Relay, RelayMode
from relai_core.domain.reminders import Reminder
from relai_core.domain.task import NewTask, Task
from relai_core.domain.user import Unreachable


class ChangeInput(Model):
    """A change to decide and apply."""

    change: TaskChange


class ChangeResult(Model):
    """The task as it stands. Either `event` is set, the change was applied; or `refusal` is.

    `relay` is the relay that the change was about, as it stands now.
    """

    task: Task
    event: TaskEvent | None = None
    refusal: Refusal | None = None
    relay: Relay | None = None


class RelayTaskInput(Model):
    """A hand-over to open, asked for at `at`. See `TaskRelayInput` for the rest."""

    request_id: RequestId
    relay_id: RelayId
    task_id: TaskId
    team_id: TeamId
    from_user: SlackUserId
    to_user: SlackUserId
    mode: RelayMode
    note: str
    window: timedelta
    answer_by: datetime | None
    at: datetime
    via: TokenName | None


class PostponeRelayInput(Model):
    """Asks, at `at`, to start the receiver's window of `window` working time again."""

    request_id: RequestId
    relay_id: RelayId
    task_id: TaskId
    team_id: TeamId
    to_user: SlackUserId
    window: timedelta
    at: datetime


class FindRelayInput(Model):
    """Asks for a relay as it stands."""

    relay_id: RelayId


class DeadlineInput(Model):
    """Asks, at `at`, for a task's next reminder, leaving out the reminders in `taken`."""

    task_id: TaskId
    at: datetime
    taken: tuple[str, ...] = ()


class Deadline(Model):
    """The next reminder, if any: wait for it until `wait_until`, or send it now."""

    reminder: Reminder | None = None
    wait_until: datetime | None = None


class NoticeResult(Model):
    """The result of a notice."""

    state: NoticeState
    reason: str = ""

    @property
    def is_deferred(self) -> bool:
        """True if a reminder has to wait for a better hour."""
        return self.state is NoticeState.PLANNED

    @property
    def is_undelivered(self) -> bool:
        return self.state in (NoticeState.SKIPPED, NoticeState.FAILED)


class RefreshCardsInput(Model):
    """Asks to refresh all cards of a task."""

    task_id: TaskId


class OnboardingInput(Model):
    """Asks for the plan of a person who joined at `joined_at`. `via` goes on to their tasks."""

    team_id: TeamId
    user_id: SlackUserId
    inviter: SlackUserId | None
    joined_at: datetime
    via: TokenName | None


class OnboardingPlan(Model):
    """The plan. If `skip` is set, it is the reason why there is nothing to do."""

    skip: Unreachable | None = None
    tasks: tuple[NewTask, ...] = ()
    follow_ups: tuple[datetime, ...] = ()
    summary_channel: ChannelId | None = None


class CountOpenInput(Model):
    """Asks for the counts of these tasks."""

    task_ids: tuple[TaskId, ...]


class CountOpenResult(Model):
    """Counts of open and of done tasks."""

    open: int
    done: int


class CleanupInput(Model):
    """Asks to archive every task closed before `closed_before`."""

    closed_before: datetime
