"""The texts of reminders: before, at and after the due date, true when they go out."""

from datetime import datetime

from relai_core.blockkit.elements import due_text, elapsed, mention, title_of
from relai_core.domain.ids import SlackUserId
from relai_core.domain.notice import LATE_AFTER
from relai_core.domain.task import Task


def reminder_text(task: Task, recipient: SlackUserId, due_at: datetime, now: datetime) -> str:
    """Tell owner or creator how an open task stands to its due date at `now`."""
    if task.due_at is not None and task.due_at != due_at:
        return f"The due date of {title_of(task)} has moved: it {_stands(task.due_at, now)}."
    if recipient == task.owner:
        return f"{title_of(task)} {_stands(due_at, now)}. {_for_the_owner(due_at, now)}"
    owner = mention(task.owner)
    return f"{title_of(task)}, which {owner} holds, {_stands(due_at, now)}. Ask {owner} about it?"


def late_text(planned_at: datetime, now: datetime) -> str:
    """A label for a notice that goes out long after its moment; empty for other notices."""
    late = now - planned_at
    if late <= LATE_AFTER:
        return ""
    return f"This is {elapsed(late)} late: RelAI could not send it earlier."


def _stands(due_at: datetime, now: datetime) -> str:
    if now > due_at + LATE_AFTER:
        return f"is overdue by {elapsed(now - due_at)}: it was due {due_text(due_at)}"
    if now >= due_at - LATE_AFTER:
        return f"is due now ({due_text(due_at)})"
    return f"is due {due_text(due_at)}"


def _for_the_owner(due_at: datetime, now: datetime) -> str:
    if now > due_at + LATE_AFTER:
        return "Mark it complete, or hand it over."
    return "Mark it complete when it is done, or hand it over."
