"""Decides if a change is allowed for a task as it stands, and computes the task after it.

These functions hold the rules "one owner" and "only permitted people". They are pure. The store
applies the result with one conditional write on the task's version, so a result for an outdated
task is never written.
"""

from datetime import datetime
from enum import StrEnum
from functools import singledispatch

from relai_core.domain.changes import (
    Cancelled,
    Completed,
    Edited,
    Progressed,
    RelayAccepted,
    RelayDeclined,
    RelayExpired,
    RelayOpened,
    RelayPostponed,
    RelayUndeliverable,
    RelayWithdrawn,
    Snoozed,
    TakenBack,
    TaskChange,
    TaskEvent,
)
from relai_core.domain.ids import RelayId, SlackUserId
from relai_core.domain.relay import Relay, RelayEnd, RelayMode
from relai_core.domain.task import HOPS_KEPT, NewTask, Task, TaskStatus


class RefusalReason(StrEnum):
    """The reason for a refusal. Callers and the texts for people distinguish these reasons."""

    TASK_CLOSED = "task_closed"
    NOT_THE_OWNER = "not_the_owner"
    NOT_INVOLVED = "not_involved"
    NOT_THE_RECEIVER = "not_the_receiver"
    NOT_THE_SENDER = "not_the_sender"
    RELAY_OPEN = "relay_open"
    RELAY_ENDED = "relay_ended"
    SAME_PERSON = "same_person"
    UNREACHABLE = "unreachable"
    ALREADY_USED = "already_used"


class ChangeRefusedError(Exception):
    """The change may not happen to the task as it stands. Nothing was changed.

    Attributes:
        reason: the rule that the change broke.
        task: the task as read, so the answer can name its owner and its times.
        relay: the relay it was about, if any.
    """

    def __init__(self, reason: RefusalReason, task: Task, relay: Relay | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.task = task
        self.relay = relay


def numbered(new: NewTask, number: int) -> Task:
    """The task as first stored, owned from its first instant."""
    return Task(
        id=new.id,
        team_id=new.team_id,
        number=number,
        title=new.title,
        description=new.description,
        creator=new.creator,
        owner=new.owner,
        owner_since=new.created_at,
        due_at=new.due_at,
        due_set_at=new.created_at,
        hops=(new.owner,),
        created_at=new.created_at,
        updated_at=new.created_at,
        via=new.via,
    )


def decide(task: Task, change: TaskChange) -> Task:
    """Apply `change` to `task`.

    Returns:
        The task after it, one version on.

    Raises:
        ChangeRefusedError: it may not happen; `task` stays as it is.
    """
    _require(task.is_open, RefusalReason.TASK_CLOSED, task)
    after = _decide(change, task)
    return after.model_copy(update={"version": task.version + 1, "updated_at": change.at})


def event_of(before: Task, after: Task, change: TaskChange) -> TaskEvent:
    """The line that `change` leaves in the trail."""
    subject: RelayId | None = getattr(change, "relay_id", None)
    ended = ended_relay(before, after)
    return TaskEvent(
        id=change.id,
        task_id=after.id,
        version=after.version,
        kind=change.kind,
        actor=change.actor,
        owner=after.owner,
        at=change.at,
        relay_id=subject,
        settled=ended.id if ended and ended.id != subject else None,
        note=getattr(change, "reason", "") or getattr(change, "note", ""),
        via=change.via,
    )


def ended_relay(before: Task, after: Task) -> Relay | None:
    """The relay that was open in `before` and is no longer in `after`, with its end.

    Another relay may have taken its place on the task, so the end is worked out here again.
    """
    open_before = before.open_relay
    if open_before is None:
        return None
    if after.relay is not None and after.relay.id == open_before.id:
        return None if after.relay.is_open else after.relay
    return _ended(open_before, RelayEnd.ACCEPTED, after.updated_at, open_before.to_user)


def _require(
    condition: bool, reason: RefusalReason, task: Task, relay: Relay | None = None
) -> None:
    if not condition:
        raise ChangeRefusedError(reason, task, relay)


@singledispatch
def _decide(change: object, task: Task) -> Task:
    raise TypeError(f"no rule lets {type(change).__name__} change {task.key}")


@_decide.register
def _(change: Completed, task: Task) -> Task:
    return _closed(task, change, TaskStatus.COMPLETED, progress=100)


@_decide.register
def _(change: Cancelled, task: Task) -> Task:
    return _closed(task, change, TaskStatus.CANCELLED, progress=task.progress)


@_decide.register
def _(change: Progressed, task: Task) -> Task:
    _require(change.actor == task.owner, RefusalReason.NOT_THE_OWNER, task)
    return task.model_copy(update={"progress": change.progress})


@_decide.register
def _(change: Edited, task: Task) -> Task:
    _require(_involved(task, change.actor), RefusalReason.NOT_INVOLVED, task)
    update: dict[str, object] = {
        field: value
        for field in ("title", "description", "due_at")
        if (value := getattr(change, field)) is not None
    }
    if change.due_at is not None:
        update |= {"due_set_at": change.at, "snoozed_until": None}
    return task.model_copy(update=update)


@_decide.register
def _(change: Snoozed, task: Task) -> Task:
    _require(change.actor == task.owner, RefusalReason.NOT_THE_OWNER, task)
    return task.model_copy(update={"snoozed_until": change.until})


@_decide.register
def _(change: RelayOpened, task: Task) -> Task:
    _require(change.actor == task.owner, RefusalReason.NOT_THE_OWNER, task)
    _require(change.to_user != change.actor, RefusalReason.SAME_PERSON, task)
    waiting = task.open_relay
    # If a receiver hands the task on, their own relay ends as accepted.
    passed_on = waiting is None or waiting.to_user == change.actor
    _require(passed_on, RefusalReason.RELAY_OPEN, task, waiting)
    relay = Relay(
        id=change.relay_id,
        task_id=task.id,
        team_id=task.team_id,
        from_user=change.actor,
        to_user=change.to_user,
        mode=change.mode,
        note=change.note,
        opened_at=change.at,
        nudge_at=change.nudge_at,
        answer_by=change.answer_by,
        via=change.via,
    )
    opened = task.model_copy(update={"relay": relay, "relay_count": task.relay_count + 1})
    return _owned(opened, change.to_user, change) if change.mode is RelayMode.DIRECT else opened


@_decide.register
def _(change: RelayAccepted, task: Task) -> Task:
    relay = _open_relay(task, change.relay_id)
    _require(change.actor == relay.to_user, RefusalReason.NOT_THE_RECEIVER, task, relay)
    return _owned(_with_end(task, relay, RelayEnd.ACCEPTED, change), relay.to_user, change)


@_decide.register
def _(change: RelayDeclined, task: Task) -> Task:
    relay = _open_relay(task, change.relay_id)
    _require(change.actor == relay.to_user, RefusalReason.NOT_THE_RECEIVER, task, relay)
    return _owned(_with_end(task, relay, RelayEnd.DECLINED, change), relay.from_user, change)


@_decide.register
def _(change: RelayWithdrawn, task: Task) -> Task:
    relay = _open_relay(task, change.relay_id)
    _require(change.actor == relay.from_user, RefusalReason.NOT_THE_SENDER, task, relay)
    return _owned(_with_end(task, relay, RelayEnd.WITHDRAWN, change), relay.from_user, change)


@_decide.register
def _(change: RelayExpired, task: Task) -> Task:
    relay = _open_relay(task, change.relay_id)
    direct = relay.mode is RelayMode.DIRECT
    end = RelayEnd.UNANSWERED if direct else RelayEnd.RETURNED
    return _with_end(task, relay, end, change)


@_decide.register
def _(change: RelayPostponed, task: Task) -> Task:
    relay = _open_relay(task, change.relay_id)
    later = {"nudge_at": change.nudge_at, "answer_by": change.answer_by}
    return task.model_copy(update={"relay": relay.model_copy(update=later)})


@_decide.register
def _(change: RelayUndeliverable, task: Task) -> Task:
    relay = _open_relay(task, change.relay_id)
    return _owned(_with_end(task, relay, RelayEnd.RETURNED, change), relay.from_user, change)


@_decide.register
def _(change: TakenBack, task: Task) -> Task:
    relay = task.relay
    ours = relay is not None and relay.id == change.relay_id and task.owner == relay.to_user
    unanswered = relay is not None and relay.end is RelayEnd.UNANSWERED
    _require(ours and unanswered, RefusalReason.RELAY_ENDED, task, relay)
    sender = relay.from_user if relay else None
    _require(change.actor == sender, RefusalReason.NOT_THE_SENDER, task, relay)
    return _owned(task, change.actor, change)


def _closed(task: Task, change: Completed | Cancelled, status: TaskStatus, progress: int) -> Task:
    _require(_involved(task, change.actor), RefusalReason.NOT_INVOLVED, task)
    if (relay := task.open_relay) is not None:
        taken = relay.mode is RelayMode.DIRECT and change.actor == relay.to_user
        end = RelayEnd.ACCEPTED if taken else RelayEnd.WITHDRAWN
        task = _with_end(task, relay, end, change)
    return task.model_copy(
        update={
            "status": status,
            "progress": progress,
            "closed_at": change.at,
            "closed_by": change.actor,
            "closed_via": change.via,
        }
    )


def _involved(task: Task, actor: SlackUserId) -> bool:
    return actor in (task.owner, task.creator)


def _open_relay(task: Task, relay_id: RelayId) -> Relay:
    relay = task.relay
    if relay is None or relay.id != relay_id or not relay.is_open:
        raise ChangeRefusedError(RefusalReason.RELAY_ENDED, task, relay)
    return relay


def _owned(task: Task, owner: SlackUserId, change: TaskChange) -> Task:
    if owner == task.owner:
        return task
    hops = (*task.hops, owner)[-HOPS_KEPT:]
    return task.model_copy(
        update={"owner": owner, "owner_since": change.at, "hops": hops, "snoozed_until": None}
    )


def _with_end(task: Task, relay: Relay, end: RelayEnd, change: TaskChange) -> Task:
    reason = getattr(change, "reason", "")
    return task.model_copy(update={"relay": _ended(relay, end, change.at, change.actor, reason)})


def _ended(
    relay: Relay, end: RelayEnd, at: datetime, by: SlackUserId | None, reason: str = ""
) -> Relay:
    return relay.model_copy(update={"end": end, "ended_at": at, "ended_by": by, "reason": reason})
