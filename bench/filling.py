"""Makes tasks with relays, events and notices as the product stores them, for measuring."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from relai_core.domain.changes import TaskChange, TaskEvent
from relai_core.domain.decisions import decide, ended_relay, event_of, numbered
from relai_core.domain.ids import SlackUserId
from relai_core.domain.model import Model
from relai_core.domain.notice import Notice, NoticeRow, NoticeState
from relai_core.domain.task import NewTask, Task
from relai_core.domain.telling import closing_notices, first_card, relay_end_notices
from relai_core.store.connection import Document
from relai_core.store.documents import to_document
from relai_core.store.tasks import task_document
from tests.relai_core.builders import Changes, a_new_task

PEOPLE = [SlackUserId(f"U{number:04}") for number in range(200)]
HISTORY = timedelta(days=30)
OPEN_EACH, RELAYED_EACH = 5, 3
"""Every fifth task is open. Every third has a relay, which is open if its task is."""


class Past(NamedTuple):
    """A task with its events, relays and notices; `new` is the input of its workflow."""

    new: NewTask
    task: Task
    stored: list[tuple[str, Document]]

    def documents(self) -> Iterator[tuple[str, Document]]:
        """All documents, each with its collection."""
        yield "tasks", task_document(self.task)
        yield from self.stored


def a_past(number: int, of: int) -> Past:
    """The task with this number, of `of` tasks created evenly over the last days."""
    at = datetime.now(UTC) - HISTORY * (1 - number / of) - timedelta(hours=2)
    creator, owner, receiver = (PEOPLE[(number * step) % len(PEOPLE)] for step in (1, 3, 7))
    new = a_new_task(creator=creator, owner=owner, created_at=at)
    past = Past(new, numbered(new, number), [_created(new)])
    past.stored.append(_sent(first_card(past.task, at)))
    for change in _changes(past.task, receiver, is_open=number % OPEN_EACH == 0):
        past = _applied(past, change)
    return past


def _changes(task: Task, receiver: SlackUserId, *, is_open: bool) -> Iterator[TaskChange]:
    changes = Changes(task, task.created_at + timedelta(minutes=5))
    is_relayed = task.number % RELAYED_EACH == 0 and receiver != task.owner
    if is_relayed:
        late = task.created_at + HISTORY * 3
        opened = changes.handed_over(receiver, task.owner, nudge_at=late, answer_by=late)
        yield opened
        if not is_open:
            yield changes.accepted(opened)
    if not is_open:
        yield changes.completed(receiver if is_relayed else task.owner)


def _applied(past: Past, change: TaskChange) -> Past:
    before, after = past.task, decide(past.task, change)
    stored = [*past.stored, ("task_events", to_document(event_of(before, after, change)))]
    if (ended := ended_relay(before, after)) is not None:
        # Replaces the open relay.
        stored = [each for each in stored if each[0] != "relays"]
        stored.append(_document("relays", ended))
        stored += [_sent(each) for each in relay_end_notices(ended, change.at, with_task=False)]
    elif after.open_relay is not None:
        stored.append(_document("relays", after.open_relay))
    if not after.is_open:
        stored += [_sent(each) for each in closing_notices(after, change.id, None, change.at)]
    return Past(past.new, after, stored)


def _created(new: NewTask) -> tuple[str, Document]:
    event = TaskEvent(
        id=new.request_id,
        task_id=new.id,
        version=1,
        kind="created",
        actor=new.creator,
        owner=new.owner,
        at=new.created_at,
    )
    return _document("task_events", event)


def _document(collection: str, model: Model) -> tuple[str, Document]:
    return collection, to_document(model)


def _sent(notice: Notice) -> tuple[str, Document]:
    at = notice.planned_at
    row = NoticeRow(
        key=notice.key, notice=notice, state=NoticeState.SENT, created_at=at, settled_at=at
    )
    return "notices", to_document(row, key="key")
