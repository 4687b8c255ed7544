"""Makes tasks with relays, events and notices as the product stores them, for measuring."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from relai_core.domain.changes import Completed, RelayAccepted, RelayOpened, TaskChange, TaskEvent
from relai_core.domain.decisions import decide, ended_relay, event_of, numbered
from relai_core.domain.ids import RequestId, SlackUserId, TeamId, relay_id, request_id, task_id
from relai_core.domain.notice import Notice, NoticeRow, NoticeState
from relai_core.domain.relay import Relay, RelayMode
from relai_core.domain.task import NewTask, Task
from relai_core.domain.telling import closing_notices, first_card, relay_end_notices
from relai_core.store.connection import Document
from relai_core.store.documents import to_document
from relai_core.store.tasks import task_document

TEAM = TeamId("T0BENCH")
PEOPLE = [SlackUserId(f"U{number:04}") for number in range(200)]
HISTORY = timedelta(days=30)
OPEN_EACH, RELAYED_EACH = 5, 3
"""Every fifth task is open. Every third has a relay, which is open if its task is."""


class Past(NamedTuple):
    """One task with its events, relays and notices; `new` is the input of its workflow."""

    new: NewTask
    task: Task
    events: list[TaskEvent]
    relays: list[Relay]
    notices: list[NoticeRow]

    def documents(self) -> Iterator[tuple[str, Document]]:
        """All documents, each with its collection."""
        yield "tasks", task_document(self.task)
        yield from (("task_events", to_document(event)) for event in self.events)
        yield from (("relays", to_document(relay)) for relay in self.relays)
        yield from (("notices", to_document(row, key="key")) for row in self.notices)


def a_past(number: int, of: int) -> Past:
    """The task with this number, of `of` tasks created evenly over the last days."""
    at = datetime.now(UTC) - HISTORY * (1 - number / of) - timedelta(hours=2)
    request = request_id(TEAM, "bench", str(number))
    creator, owner, receiver = (PEOPLE[(number * step) % len(PEOPLE)] for step in (1, 3, 7))
    new = NewTask(
        id=task_id(TEAM, request),
        team_id=TEAM,
        request_id=request,
        title=f"Task {number}",
        creator=creator,
        owner=owner,
        created_at=at,
    )
    past = Past(new, numbered(new, number), [_created(new)], [], [])
    past.notices.append(_sent(first_card(past.task, at), at))
    is_open = number % OPEN_EACH == 0
    if number % RELAYED_EACH == 0 and receiver != owner:
        past = _handed_over(past, receiver, at, is_open=is_open)
    return past if is_open else _completed(past, at)


def _handed_over(past: Past, receiver: SlackUserId, at: datetime, *, is_open: bool) -> Past:
    request = RequestId(f"{past.new.request_id}-relay")
    opened = RelayOpened(
        id=request,
        task_id=past.new.id,
        at=at,
        actor=past.task.owner,
        relay_id=relay_id(TEAM, request),
        to_user=receiver,
        mode=RelayMode.DIRECT,
        nudge_at=at + HISTORY * 2,
        answer_by=at + HISTORY * 3,
    )
    past = _applied(past, opened)
    if is_open:
        return past
    accepted = RelayAccepted(
        id=RequestId(f"{request}-answer"),
        task_id=past.new.id,
        at=at + timedelta(minutes=5),
        actor=receiver,
        relay_id=opened.relay_id,
    )
    past = _applied(past, accepted)
    [relay] = past.relays
    told = relay_end_notices(relay, accepted.at, with_task=False)
    past.notices.extend(_sent(notice, accepted.at) for notice in told)
    return past


def _completed(past: Past, at: datetime) -> Past:
    at += timedelta(hours=1)
    request = RequestId(f"{past.new.request_id}-done")
    completed = Completed(id=request, task_id=past.new.id, at=at, actor=past.task.owner)
    past = _applied(past, completed)
    past.notices.extend(_sent(each, at) for each in closing_notices(past.task, request, None, at))
    return past


def _applied(past: Past, change: TaskChange) -> Past:
    after = decide(past.task, change)
    ended = ended_relay(past.task, after)
    current = ended or after.open_relay
    past.events.append(event_of(past.task, after, change))
    return past._replace(task=after, relays=[current] if current else past.relays)


def _created(new: NewTask) -> TaskEvent:
    return TaskEvent(
        id=new.request_id,
        task_id=new.id,
        version=1,
        kind="created",
        actor=new.creator,
        owner=new.owner,
        at=new.created_at,
    )


def _sent(notice: Notice, at: datetime) -> NoticeRow:
    return NoticeRow(
        key=notice.key, notice=notice, state=NoticeState.SENT, created_at=at, settled_at=at
    )
