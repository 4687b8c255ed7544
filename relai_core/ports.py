"""Protocols for the product's dependencies on the outside. `store` and `slack` fulfil them."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from relai_core.domain.changes import TaskChange, TaskEvent
from relai_core.domain.figures import Figures
from relai_core.domain.ids import (
    ChannelId,
    MessageTs,
    NoticeKey,
    RelayId,
    RequestId,
    SlackUserId,
    TaskId,
    TeamId,
)
from relai_core.domain.keyed_request import KeyedRequest, StoredAnswer
from relai_core.domain.notice import Notice, NoticeRow, NoticeState
from relai_core.domain.relay import Relay
from relai_core.domain.task import NewTask, Task
from relai_core.domain.task_query import TaskQuery
from relai_core.domain.user import User


class Message(NamedTuple):
    """A rendered message: Block Kit blocks, and the text for notifications and plain clients."""

    text: str
    blocks: list[dict[str, Any]]


class Applied(NamedTuple):
    """A change that was applied, now or by an earlier try, with the task as it stands."""

    task: Task
    event: TaskEvent


class TaskStore(Protocol):
    """Tasks, their relays and their trail. Every method is safe to repeat."""

    async def create(self, new: NewTask) -> Task:
        """Store a task under the workspace's next number. A repeat returns the same task."""
        ...

    async def find(self, task_id: TaskId) -> Task | None:
        """A task, which may be archived."""
        ...

    async def find_by_number(self, team_id: TeamId, number: int) -> Task | None:
        """A task by its T-number, which may be archived."""
        ...

    async def list_owned(self, team_id: TeamId, owner: SlackUserId, limit: int) -> list[Task]:
        """Open tasks of an owner, by due date; tasks without a due date come last."""
        ...

    async def list_created(self, team_id: TeamId, creator: SlackUserId, limit: int) -> list[Task]:
        """Open tasks a person gave to others, by due date; tasks without a due date come last."""
        ...

    async def list_offered(self, team_id: TeamId, to_user: SlackUserId, limit: int) -> list[Task]:
        """Open tasks whose hand-over waits for this person's answer, the most urgent first."""
        ...

    async def list_page(self, query: TaskQuery, limit: int) -> list[Task]:
        """Up to `limit` tasks that fit, the newest first, archived tasks included."""
        ...

    async def apply(self, change: TaskChange) -> Applied:
        """Decide and apply a change, task, relay and event together or not at all.

        Raises:
            ChangeRefusedError: the rules speak against it; nothing was changed.
            NotFoundError: there is no such task.
        """
        ...

    async def find_relay(self, relay_id: RelayId) -> Relay | None:
        """A relay, open or ended."""
        ...

    async def list_events(
        self, task_id: TaskId, *, after: int = 0, limit: int | None = None
    ) -> list[TaskEvent]:
        """The trail of a task, oldest first: up to `limit` events of versions beyond `after`."""
        ...

    async def find_event(self, request_id: RequestId) -> TaskEvent | None:
        """The outcome of a request, if it has been carried out."""
        ...

    async def archive_closed(self, before: datetime, limit: int) -> int:
        """Move up to `limit` tasks closed before `before` to the archive; returns their number."""
        ...


class NoticeLedger(Protocol):
    """The ledger of every notice."""

    async def plan(self, notice: Notice, at: datetime) -> NoticeRow:
        """Write the row unless it is there; return it as it stands."""
        ...

    async def take_turn(
        self, key: NoticeKey, channel: ChannelId, *, at: datetime, every: timedelta
    ) -> datetime:
        """Give a notice the next turn in its channel, `every` after the last; returns its moment.

        All workers share one sequence of turns. A turn is never before `at`.
        """
        ...

    async def claim_call(self, channel: ChannelId, caller: str, *, at_most: timedelta) -> timedelta:
        """Lock a channel for one call, up to `at_most`; returns zero, or the time it stays locked.

        The lock keeps the next call from following too soon after a late turn or a slow call. It
        uses the server's clock, so it works across workers. `caller` is unique to this try.
        """
        ...

    async def end_call(self, channel: ChannelId, caller: str, *, rest: timedelta) -> None:
        """Unlock the channel after a call. It can be locked again when `rest` is over."""
        ...

    async def mark_attempt(self, row: NoticeRow, channel: ChannelId, at: datetime) -> None:
        """Record a call to Slack before it is made.

        Raises:
            LookupError: the row is settled, or another try has called Slack since it was read.
        """
        ...

    async def clear_attempt(self, row: NoticeRow) -> None:
        """Slack provably did nothing, so restore the fields that `row` had before the attempt.

        An earlier attempt whose outcome is unknown stays on record.
        """
        ...

    async def settle(
        self,
        key: NoticeKey,
        state: NoticeState,
        *,
        at: datetime,
        ts: MessageTs | None = None,
        reason: str = "",
        live: bool = False,
    ) -> NoticeRow:
        """Record the outcome. `AMBIGUOUS` holds since `at`."""
        ...

    async def list_live_cards(self, task_id: TaskId) -> list[NoticeRow]:
        """Messages about a task that still show buttons, oldest first."""
        ...

    async def retire_card(self, key: NoticeKey) -> None:
        """The message has no button left and needs no more edits."""
        ...


class UserStore(Protocol):
    """The mirror of a workspace's people."""

    async def put(self, user: User) -> None:
        """Write a person, unless the stored person was seen later.

        Raises:
            UnavailableError: it can't be written now.
        """
        ...

    async def find(self, team_id: TeamId, user_id: SlackUserId) -> User | None:
        """A person as last seen."""
        ...

    async def list_page(
        self, team_id: TeamId, *, after: SlackUserId | None, limit: int
    ) -> list[User]:
        """Up to `limit` people by their ids, beyond `after`."""
        ...


class KeyedRequestStore(Protocol):
    """API requests with an `Idempotency-Key`, each with its answer, kept for a week."""

    async def claim(self, request: KeyedRequest) -> KeyedRequest:
        """Write a request down unless its id is known; returns the stored request."""
        ...

    async def record(self, request_id: str, answer: StoredAnswer) -> StoredAnswer:
        """Keep the answer unless the request has one; returns the kept answer.

        Raises:
            LookupError: no such request was claimed.
        """
        ...


class FigureStore(Protocol):
    """Counts for monitoring."""

    async def count(self, team_id: TeamId, at: datetime) -> Figures:
        """Count a workspace's tasks, relays and notices at `at`."""
        ...


class Directory(Protocol):
    """People as they are now."""

    async def find_by_email(self, team_id: TeamId, email: str) -> User | None:
        """The active person with this address, or None.

        Raises:
            MessengerError: Slack can't be asked.
        """
        ...

    async def get_user(self, team_id: TeamId, user_id: SlackUserId) -> User:
        """A person, seen within the last minutes.

        Raises:
            NotFoundError: Slack knows no such person here.
            MessengerError: Slack can't be asked and nothing fresh enough is known.
        """
        ...

    async def quiet_until(
        self, team_id: TeamId, user_id: SlackUserId, at: datetime
    ) -> datetime | None:
        """The end of the person's quiet time, or None.

        Raises:
            MessengerError: Slack can't be asked.
        """
        ...


class Messenger(Protocol):
    """Messages out. Every method raises `MessengerError` and never retries by itself."""

    async def open_dm(self, user_id: SlackUserId) -> ChannelId:
        """The person's DM with the bot."""
        ...

    async def post(self, channel: ChannelId, message: Message, key: NoticeKey) -> MessageTs:
        """Post once; `key` travels in the message's metadata."""
        ...

    async def update(self, channel: ChannelId, ts: MessageTs, message: Message) -> None:
        """Replace a message's content. A repeat changes nothing."""
        ...

    async def find_posted(
        self, channel: ChannelId, key: NoticeKey, since: datetime
    ) -> MessageTs | None:
        """Look in the history for a message that carries `key`."""
        ...
