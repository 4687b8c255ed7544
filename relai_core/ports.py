"""What the product needs of the outside, as protocols. `store` and `slack` fulfil them."""

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
        """One task, archived ones included."""
        ...

    async def find_by_number(self, team_id: TeamId, number: int) -> Task | None:
        """One task by its T-number, archived ones included."""
        ...

    async def list_owned(self, team_id: TeamId, owner: SlackUserId, limit: int) -> list[Task]:
        """Open tasks of an owner, by due date, those without one last."""
        ...

    async def list_created(self, team_id: TeamId, creator: SlackUserId, limit: int) -> list[Task]:
        """Open tasks that someone gave to others, by due date, those without one last."""
        ...

    async def list_offered(self, team_id: TeamId, to_user: SlackUserId, limit: int) -> list[Task]:
        """Open tasks whose hand-over waits for this person's answer, the most urgent first."""
        ...

    async def list_page(self, query: TaskQuery, limit: int) -> list[Task]:
        """Up to `limit` tasks that fit, the newest first, archived ones included."""
        ...

    async def apply(self, change: TaskChange) -> Applied:
        """Decide and apply a change, task, relay and event together or not at all.

        Raises:
            ChangeRefusedError: the rules speak against it; nothing was changed.
            NotFoundError: there is no such task.
        """
        ...

    async def find_relay(self, relay_id: RelayId) -> Relay | None:
        """One relay, open or ended."""
        ...

    async def list_events(
        self, task_id: TaskId, *, after: int = 0, limit: int | None = None
    ) -> list[TaskEvent]:
        """The trail of a task, oldest first: up to `limit` events of versions beyond `after`."""
        ...

    async def find_event(self, request_id: RequestId) -> TaskEvent | None:
        """What a request led to, if it has been carried out."""
        ...

    async def archive_closed(self, before: datetime, limit: int) -> int:
        """Move up to `limit` tasks closed before `before` to the archive; how many moved."""
        ...


class NoticeLedger(Protocol):
    """The ledger of every notice."""

    async def plan(self, notice: Notice, at: datetime) -> NoticeRow:
        """Write the row unless it is there; return it as it stands."""
        ...

    async def take_turn(
        self, key: NoticeKey, channel: ChannelId, *, at: datetime, every: timedelta
    ) -> datetime:
        """Give a notice the next turn in its channel, `every` after the last; when it comes.

        Turns are for all workers together, and none is before `at`.
        """
        ...

    async def claim_call(self, channel: ChannelId, caller: str, *, at_most: timedelta) -> timedelta:
        """Claim a channel for one call that ends within `at_most`; how long it's taken, or zero.

        By the store's own clock, for all workers together: turns may be used late and calls may be
        slow, and the next one must not follow at once. `caller` names the claim, not who calls.
        """
        ...

    async def end_call(self, channel: ChannelId, caller: str, *, rest: timedelta) -> None:
        """Let the channel go after a call: it can be claimed again when `rest` is over."""
        ...

    async def mark_attempt(self, row: NoticeRow, channel: ChannelId, at: datetime) -> None:
        """Note, before Slack is called, that it will be.

        Raises:
            LookupError: the row is settled, or another try has called Slack since it was read.
        """
        ...

    async def clear_attempt(self, row: NoticeRow) -> None:
        """Slack provably did nothing: put back what `row` said before the attempt was marked.

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
        """Record what became of it. `AMBIGUOUS` is since `at`."""
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
        """Write a person, unless what is stored was seen later.

        Raises:
            UnavailableError: it can't be written now.
        """
        ...

    async def find(self, team_id: TeamId, user_id: SlackUserId) -> User | None:
        """One person as last seen."""
        ...

    async def list_page(
        self, team_id: TeamId, *, after: SlackUserId | None, limit: int
    ) -> list[User]:
        """Up to `limit` people by their ids, those beyond `after`."""
        ...


class KeyedRequestStore(Protocol):
    """API requests with an `Idempotency-Key`, each with its answer, kept for a week."""

    async def claim(self, request: KeyedRequest) -> KeyedRequest:
        """Write a request down unless its id is known; what stands under the id then."""
        ...

    async def record(self, request_id: str, answer: StoredAnswer) -> StoredAnswer:
        """Keep the answer unless there is one already; the one that is kept.

        Raises:
            LookupError: no such request was claimed.
        """
        ...


class FigureStore(Protocol):
    """Counts for monitoring."""

    async def count(self, team_id: TeamId, at: datetime) -> Figures:
        """Count what a workspace holds at `at`."""
        ...


class Directory(Protocol):
    """People as they are now."""

    async def find_by_email(self, team_id: TeamId, email: str) -> User | None:
        """The active person with this address, if Slack knows one.

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
        """Until when the person does not want to be disturbed, or None.

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
