"""Inputs, results, signals and questions of the workflows."""

from datetime import datetime, timedelta

from relai_core.domain.changes import TakenBack, TaskUpdate
from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import RelayId, RequestId, SlackUserId, TaskId, TeamId, TokenName
from relai_core.domain.model import Model
from relai_core.domain.notice import Notice
from relai_core.domain.relay import RelayEnd, RelayMode
from relai_core.domain.task import NewTask


class OutcomeAsked(Model):
    """A question for the outcome of a request. The caller confirms the answer by `heard`."""

    request_id: RequestId


class OutcomeHeard(Model):
    """The outcome of a request reached its caller."""

    request_id: RequestId


class Unheard(Model):
    """An outcome that its caller has not confirmed, and the notice that tells it otherwise."""

    request_id: RequestId
    notice: Notice


class LifecycleState(Model):
    """State that a lifecycle carries over when it continues as new.

    An idle run has only `handled` and `taken`. A busy run also has requests to decide, notices to
    send, outcomes without confirmation, and cards to refresh.
    """

    handled: tuple[RequestId, ...] = ()
    taken: tuple[str, ...] = ()
    requests: tuple[TaskUpdate | TakenBack, ...] = ()
    unsent: tuple[Notice, ...] = ()
    unheard: tuple[Unheard, ...] = ()
    has_stale_cards: bool = False

    @property
    def carried(self) -> int:
        """Number of things left to do."""
        things = (self.requests, self.unsent, self.unheard)
        return sum(map(len, things)) + self.has_stale_cards


class TaskLifecycleInput(Model):
    """Starting the workflow with this *is* creating the task.

    `is_awaited` says that a person asked for the task and waits for the outcome. With a `state`
    the workflow goes on with a task that exists; `is_closed` says that the task is closed.
    """

    new: NewTask
    is_awaited: bool = True
    state: LifecycleState | None = None
    is_closed: bool = False


class RelayMoved(Model):
    """A relay of the task was opened or ended: owner and cards may have changed."""

    relay_id: RelayId


class TaskRelayInput(Model):
    """Starting the workflow with this is handing the task over.

    The window is `window` of the receiver's working time, unless `answer_by` names the moment.
    `via` is the API token that hands it over in the sender's name, if one does. `is_awaited` says
    that the sender waits for the outcome.
    """

    request_id: RequestId
    relay_id: RelayId
    task_id: TaskId
    team_id: TeamId
    from_user: SlackUserId
    to_user: SlackUserId
    mode: RelayMode
    note: str = ""
    window: timedelta
    answer_by: datetime | None = None
    via: TokenName | None = None
    is_awaited: bool = True


class RelaySettled(Model):
    """The relay was ended from outside: the work was done, or passed on."""

    relay_id: RelayId


class TaskRelayResult(Model):
    """The end of a relay. If it was refused, `end` is None and `refusal` is the reason."""

    end: RelayEnd | None
    refusal: RefusalReason | None = None


class UserOnboardingInput(Model):
    """Someone joined. `inviter` gets the summary; without one the plan's channel does.

    `via` is the API token that asked for the onboarding, if one did.
    """

    team_id: TeamId
    user_id: SlackUserId
    inviter: SlackUserId | None = None
    via: TokenName | None = None


class PeriodicCleanupInput(Model):
    """One daily run. Tasks closed for longer than `archive_after` are archived."""

    archive_after: timedelta


class PeriodicCleanupResult(Model):
    """Count of one run."""

    archived: int
