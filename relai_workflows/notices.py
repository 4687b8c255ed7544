"""Which notice goes to whom, made from what happened."""

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
    """To the creator, whose command got no answer in time.

    A creator who is the owner, as they wished, has the card instead. A creator whose name an API
    token used asked for nothing: the token has its answer over HTTP. But they are told of a task
    that becomes theirs against the wish.
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
    """To the actor, whose request got no answer in time; not if an API token made it."""
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
    """To everyone who is to know that the task is closed by `change`, which `settled` a relay."""
    return closing_notices(task, change.id, settled, workflow.now())


def reminder(task: NewTask, due: Reminder) -> Notice:
    """To the person whom a moment is about."""
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
    """To the one who had not answered: the task is no longer theirs."""
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
    """To the sender, whose hand-over got no answer in time; not if nobody waits for one.

    Who used an API token has the token's answer.
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
    """To those of both sides who are to know; `with_task` says that the task was closed."""
    return relay_end_notices(relay, workflow.now(), with_task=with_task)
