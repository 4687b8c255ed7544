"""Builds the notices of the workflows."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from relai_core.domain.changes import TakenBack, TaskChange
    from relai_core.domain.ids import RelayId, SlackUserId
    from relai_core.domain.notice import Notice, NoticeKind
    from relai_core.domain.outcome import Outcome
    from relai_core.domain.relay import Relay
    from relai_core.domain.reminders import Reminder
    from relai_core.domain.task import NewTask, Task
    from relai_core.domain.telling import closing_notices, first_card, relay_end_notices
    from relai_workflows.contracts import TaskRelayInput


def created(outcome: Outcome, new: NewTask) -> Notice | None:
    """To the creator, if the outcome is not confirmed in time.

    A creator who owns the task gets its card instead. If an API token asked, it has its answer
    over HTTP; the creator is told only if the task became theirs because the owner is unreachable.
    """
    refusal = outcome.refusal
    if refusal is None and (new.via is not None or new.owner == new.creator):
        return None
    return Notice(
        team_id=new.team_id,
        kind=NoticeKind.REQUEST_REFUSED if refusal else NoticeKind.TASK_CREATED,
        moment=new.request_id,
        planned_at=workflow.now(),
        recipient=new.creator,
        task_id=new.id,
        refusal=refusal.reason if refusal else None,
    )


def assigned(task: Task) -> Notice:
    """To the first owner: the card of the task."""
    return first_card(task, workflow.now())


def unheard(outcome: Outcome, change: TaskChange) -> Notice | None:
    """To the actor, if the outcome is not confirmed in time and no API token asked."""
    if change.actor is None or change.via is not None:
        return None
    refusal = outcome.refusal
    return Notice(
        team_id=outcome.task.team_id,
        kind=NoticeKind.REQUEST_REFUSED if refusal else NoticeKind.TASK_UPDATED,
        moment=change.id,
        planned_at=workflow.now(),
        recipient=change.actor,
        task_id=outcome.task.id,
        relay_id=refusal.relay.id if refusal and refusal.relay else None,
        actor=change.actor,
        refusal=refusal.reason if refusal else None,
    )


def closed(task: Task, change: TaskChange, settled: RelayId | None) -> tuple[Notice, ...]:
    """To all involved, when `change` closes the task; `settled` is the relay that it ended."""
    return closing_notices(task, change.id, settled, workflow.now())


def reminder(task: NewTask, due: Reminder) -> Notice:
    """To the recipient of a reminder."""
    return Notice(
        team_id=task.team_id,
        kind=NoticeKind(f"reminder_{due.kind}"),
        moment=due.due_at.isoformat(),
        planned_at=due.at,
        recipient=due.recipient,
        task_id=task.id,
        due_at=due.due_at,
    )


def taken_back(task: Task, change: TakenBack, holder: SlackUserId) -> Notice:
    """To the receiver who had not answered."""
    return Notice(
        team_id=task.team_id,
        kind=NoticeKind.TASK_TAKEN_BACK,
        moment=change.id,
        planned_at=workflow.now(),
        recipient=holder,
        task_id=task.id,
        relay_id=change.relay_id,
        actor=change.actor,
    )


def of_relay(
    kind: NoticeKind, relay: Relay, recipient: SlackUserId, at: datetime | None = None
) -> Notice:
    """To one side of a hand-over."""
    return Notice(
        team_id=relay.team_id,
        kind=kind,
        moment=relay.id,
        planned_at=at or workflow.now(),
        recipient=recipient,
        task_id=relay.task_id,
        relay_id=relay.id,
        actor=relay.ended_by or relay.from_user,
    )


def relay_unheard(outcome: Outcome, start: TaskRelayInput) -> Notice | None:
    """To the sender, if the outcome is not confirmed in time.

    If an API token handed the task over, it has its answer over HTTP.
    """
    if start.via is not None or not start.is_awaited:
        return None
    refusal = outcome.refusal
    return Notice(
        team_id=start.team_id,
        kind=NoticeKind.REQUEST_REFUSED if refusal else NoticeKind.RELAY_SENT,
        moment=start.relay_id,
        planned_at=workflow.now(),
        recipient=start.from_user,
        task_id=start.task_id,
        relay_id=refusal.relay.id if refusal and refusal.relay else start.relay_id,
        actor=start.from_user,
        refusal=refusal.reason if refusal else None,
    )


def relay_ended(relay: Relay, *, with_task: bool) -> tuple[Notice, ...]:
    """To sender, receiver or both; `with_task` says that the task was closed."""
    return relay_end_notices(relay, workflow.now(), with_task=with_task)
