"""What crosses the wire to and from the workflows. Fields are only added, with a default."""

from datetime import datetime, timedelta

from relai_core.domain.changes import TakenBack, TaskUpdate
from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import RelayId, RequestId, SlackUserId, TaskId, TeamId, TokenName
from relai_core.domain.model import Model
from relai_core.domain.notice import Notice
from relai_core.domain.relay import RelayEnd, RelayMode
from relai_core.domain.task import NewTask


class OutcomeAsked(Model):
    """A question for an outcome. Whoever asks stops listening at `until`.

    An outcome that nobody heard is told by a notice. Who `confirms` says so by the signal
    `heard`; without that, an answer given by `until` counts as heard.
    """

    request_id: RequestId
    until: datetime
    confirms: bool = False


class OutcomeHeard(Model):
    """An outcome reached whoever asked for it."""

    request_id: RequestId


class Unheard(Model):
    """An outcome that may still be on its way to whoever asked, and what tells of it otherwise."""

    request_id: RequestId
    notice: Notice


class LifecycleState(Model):
    """What a lifecycle carries on when it continues as new.

    `handled` and `taken` are all there is if it was idle. One that was busy has requests to decide,
    notices to send, outcomes that nobody has heard yet, and cards that show what is no longer so.
    """

    handled: tuple[RequestId, ...] = ()
    taken: tuple[str, ...] = ()
    requests: tuple[TaskUpdate | TakenBack, ...] = ()
    unsent: tuple[Notice, ...] = ()
    unheard: tuple[Unheard, ...] = ()
    has_stale_cards: bool = False

    @property
    def carried(self) -> int:
        """How many things are left to do."""
        things = (self.requests, self.unsent, self.unheard)
        return sum(map(len, things)) + self.has_stale_cards


class TaskLifecycleInput(Model):
    """Starting the workflow with this *is* creating the task.

    `is_awaited` says that somebody asked for the task and waits to hear of it. With a `state` it
    goes on with a task that was created before; `is_closed` says that nothing is left to decide.
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
    that somebody asked for it and waits to hear of it.
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
    """How the relay ended. One that never opened has no end; `refusal` says why it did not."""

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
    """What a run did."""

    archived: int
