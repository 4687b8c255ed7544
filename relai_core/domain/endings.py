"""Who is told that something has ended, and by which notice: pure, so that it can be checked."""

from datetime import datetime

from relai_core.domain.ids import RelayId, RequestId
from relai_core.domain.notice import Notice, NoticeKind
from relai_core.domain.relay import Relay
from relai_core.domain.task import Task, TaskStatus


def closing_notices(
    task: Task, request: RequestId, settled: RelayId | None, at: datetime
) -> tuple[Notice, ...]:
    """To everyone who created or held a closed task, but who knows it already.

    That is the one who closed it, unless an API token did so in their name. And the sender of a
    relay that the closing `settled` hears of both at once, from the relay, which does not tell a
    sender who closed the task.

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


def sender_notice(relay: Relay, at: datetime) -> Notice | None:
    """To the sender of a relay that has ended; none if they ended it."""
    if relay.ended_by == relay.from_user:
        return None
    return Notice(
        team_id=relay.team_id,
        kind=NoticeKind.RELAY_ENDED,
        moment=relay.id,
        planned_at=at,
        recipient=relay.from_user,
        task_id=relay.task_id,
        relay_id=relay.id,
        actor=relay.ended_by or relay.from_user,
    )
