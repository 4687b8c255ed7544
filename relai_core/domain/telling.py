"""Chooses the notices and their recipients when a task or a relay begins or ends."""

from datetime import datetime

from relai_core.domain.ids import RelayId, RequestId, SlackUserId
from relai_core.domain.notice import Notice, NoticeKind
from relai_core.domain.relay import Relay, RelayEnd, RelayMode
from relai_core.domain.task import Task, TaskStatus


def first_card(task: Task, at: datetime) -> Notice:
    """To the first owner: the card of the task."""
    return Notice(
        team_id=task.team_id,
        kind=NoticeKind.TASK_ASSIGNED,
        moment="created",
        planned_at=at,
        recipient=task.owner,
        task_id=task.id,
        actor=task.creator,
    )


def closing_notices(
    task: Task, request: RequestId, settled: RelayId | None, at: datetime
) -> tuple[Notice, ...]:
    """To the creator and the owners of a closed task, except those who already know.

    Skips the person who closed the task, unless an API token did so in their name. Skips the sender
    of the relay that the closing `settled`, unless the sender closed the task: the relay's own
    notice tells the sender both facts.

    Args:
        task: as it stands since its closing.
        request: the change that closed it.
        settled: the relay that was open until then, if any.
        at: when they should be told.
    """
    done = task.status is TaskStatus.COMPLETED
    told = {task.closed_by} if task.closed_via is None else set()
    if settled is not None and task.relay is not None and task.relay.from_user != task.closed_by:
        told.add(task.relay.from_user)
    return tuple(
        Notice(
            team_id=task.team_id,
            kind=NoticeKind.TASK_COMPLETED if done else NoticeKind.TASK_CANCELLED,
            moment=request,
            planned_at=at,
            recipient=person,
            task_id=task.id,
            actor=task.closed_by,
        )
        for person in task.followers
        if person not in told
    )


def relay_end_notices(relay: Relay, at: datetime, *, with_task: bool) -> tuple[Notice, ...]:
    """To the sender, unless they ended the relay; to the receiver, if the relay was withdrawn.

    A receiver who owned a closed task (`with_task`) gets only the notice of the closing.
    """
    notices: list[Notice] = []
    if relay.ended_by != relay.from_user:
        notices.append(_of_relay(NoticeKind.RELAY_ENDED, relay, relay.from_user, at))
    taken = relay.end is RelayEnd.WITHDRAWN and relay.ended_by != relay.to_user
    if taken and not (with_task and relay.mode is RelayMode.DIRECT):
        notices.append(_of_relay(NoticeKind.TASK_TAKEN_BACK, relay, relay.to_user, at))
    return tuple(notices)


def is_told_the_end(relay: Relay, person: SlackUserId) -> bool:
    """True if this person gets a separate notice of the relay's end."""
    if relay.ended_at is None:
        return False
    notices = relay_end_notices(relay, relay.ended_at, with_task=False)
    return person in {notice.recipient for notice in notices}


def _of_relay(kind: NoticeKind, relay: Relay, recipient: SlackUserId, at: datetime) -> Notice:
    return Notice(
        team_id=relay.team_id,
        kind=kind,
        moment=relay.id,
        planned_at=at,
        recipient=recipient,
        task_id=relay.task_id,
        relay_id=relay.id,
        actor=relay.ended_by or relay.from_user,
    )
