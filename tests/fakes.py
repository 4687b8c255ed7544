"""In-memory fakes of the ports, for tests of the services. They apply the real rules."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.services.durable_calls import WorkflowEndedError
from bot.services.temporal_service import (
    Answered,
    RelayAnswer,
    TemporalService,
    UserOnboardingInput,
    WorkflowStatus,
    lifecycle_id,
    relay_workflow_id,
)
from relai_core.domain.changes import (
    Cancelled,
    Completed,
    Edited,
    Progressed,
    RelayOpened,
    TakenBack,
    TaskChange,
    TaskEvent,
)
from relai_core.domain.decisions import ChangeRefusedError, decide, event_of, numbered
from relai_core.domain.ids import (
    RelayId,
    RequestId,
    SlackUserId,
    TaskId,
    TeamId,
    TokenName,
    relay_id,
)
from relai_core.domain.keyed_request import KeyedRequest, StoredAnswer
from relai_core.domain.outcome import Outcome, Refusal
from relai_core.domain.relay import Relay, RelayMode
from relai_core.domain.task import NewTask, Task
from relai_core.domain.task_query import TaskQuery
from relai_core.domain.user import User
from relai_core.errors import NotFoundError, UnavailableError
from relai_core.ports import Applied
from relai_core.store.tasks import _created


class FakeTaskStore:
    """A task store in memory."""

    def __init__(self, *tasks: Task) -> None:
        self.tasks = {task.id: task for task in tasks}
        self.relays = {task.relay.id: task.relay for task in tasks if task.relay}
        self.events: dict[TaskId, list[TaskEvent]] = {}

    async def create(self, new: NewTask) -> Task:
        if new.id not in self.tasks:
            self.tasks[new.id] = task = numbered(new, len(self.tasks) + 1)
            self.events[new.id] = [_created(new, task)]
        return self.tasks[new.id]

    async def find(self, task_id: TaskId) -> Task | None:
        return self.tasks.get(task_id)

    async def find_by_number(self, team_id: TeamId, number: int) -> Task | None:
        named = (task for task in self._of(team_id) if task.number == number)
        return next(named, None)

    async def list_owned(self, team_id: TeamId, owner: SlackUserId, limit: int) -> list[Task]:
        return [task for task in self._open(team_id) if task.owner == owner][:limit]

    async def list_created(self, team_id: TeamId, creator: SlackUserId, limit: int) -> list[Task]:
        mine = [task for task in self._open(team_id) if task.creator == creator]
        return [task for task in mine if task.owner != creator][:limit]

    async def list_offered(self, team_id: TeamId, to_user: SlackUserId, limit: int) -> list[Task]:
        offered = [task for task in self._open(team_id) if task.open_relay]
        return [task for task in offered if task.relay and task.relay.to_user == to_user][:limit]

    async def apply(self, change: TaskChange) -> Applied:
        before = self.tasks.get(change.task_id)
        if before is None:
            raise NotFoundError("no such task")
        if (known := await self.find_event(change.id)) is not None:
            return Applied(before, known)
        after = decide(before, change)
        event = event_of(before, after, change)
        self.tasks[after.id] = after
        self.events.setdefault(after.id, []).append(event)
        if after.relay is not None:
            self.relays[after.relay.id] = after.relay
        return Applied(after, event)

    async def find_relay(self, relay_id: RelayId) -> Relay | None:
        return self.relays.get(relay_id)

    async def list_page(self, query: TaskQuery, limit: int) -> list[Task]:
        found = [task for task in self._of(query.team_id) if _fits(task, query)]
        return sorted(found, key=lambda task: -task.number)[:limit]

    async def list_events(
        self, task_id: TaskId, *, after: int = 0, limit: int | None = None
    ) -> list[TaskEvent]:
        return [event for event in self.events.get(task_id, []) if event.version > after][:limit]

    async def find_event(self, request_id: RequestId) -> TaskEvent | None:
        events = [event for trail in self.events.values() for event in trail]
        return next((event for event in events if event.id == request_id), None)

    async def archive_closed(self, before: datetime, limit: int) -> int:
        raise NotImplementedError

    def _of(self, team_id: TeamId) -> Sequence[Task]:
        return [task for task in self.tasks.values() if task.team_id == team_id]

    def _open(self, team_id: TeamId) -> list[Task]:
        return [task for task in self._of(team_id) if task.is_open]


def _fits(task: Task, query: TaskQuery) -> bool:
    same = all(
        wanted in (None, getattr(task, name))
        for name, wanted in query.model_dump(include={"owner", "creator", "status"}).items()
    )
    return same and _is_due(task, query) and task.number < (query.below or task.number + 1)


def _is_due(task: Task, query: TaskQuery) -> bool:
    """True if the due date fits; a task without one fits only a query without due dates."""
    if task.due_at is None:
        return query.due_after is query.due_before is None
    soon_enough = query.due_before is None or task.due_at < query.due_before
    return soon_enough and (query.due_after or task.due_at) <= task.due_at


class FakeUserStore:
    """Stored people in memory."""

    def __init__(self) -> None:
        self.users: dict[SlackUserId, User] = {}

    async def put(self, user: User) -> None:
        self.users[user.id] = user

    async def find(self, team_id: TeamId, user_id: SlackUserId) -> User | None:
        return self.users.get(user_id)

    async def list_page(
        self, team_id: TeamId, *, after: SlackUserId | None, limit: int
    ) -> list[User]:
        people = [user for user in self.users.values() if user.team_id == team_id]
        beyond = [user for user in people if user.id > (after or "")]
        return sorted(beyond, key=lambda user: user.id)[:limit]


class FakeKeyedRequestStore:
    """Keyed requests in memory.

    Attributes:
        fails_to_record: while it is set, the store can't record answers.
    """

    def __init__(self) -> None:
        self.requests: dict[str, KeyedRequest] = {}
        self.fails_to_record = False

    async def claim(self, request: KeyedRequest) -> KeyedRequest:
        return self.requests.setdefault(request.id, request)

    async def record(self, request_id: str, answer: StoredAnswer) -> StoredAnswer:
        if self.fails_to_record:
            raise UnavailableError("MongoDB")
        known = self.requests[request_id]
        self.requests[request_id] = known.model_copy(update={"answer": known.answer or answer})
        return self.requests[request_id].answer or answer


class FakeDirectory:
    """The people of a workspace; anyone who is not named is a full member."""

    def __init__(self, *users: User) -> None:
        self.users = {user.id: user for user in users}
        self.emails: dict[str, SlackUserId] = {}
        self.failure: Exception | None = None

    async def find_by_email(self, team_id: TeamId, email: str) -> User | None:
        found = self.emails.get(email)
        return await self.get_user(team_id, found) if found else None

    async def get_user(self, team_id: TeamId, user_id: SlackUserId) -> User:
        if self.failure is not None:
            raise self.failure
        return self.users.get(user_id) or User(team_id=team_id, id=user_id, name=user_id.lower())

    async def quiet_until(
        self, team_id: TeamId, user_id: SlackUserId, at: datetime
    ) -> datetime | None:
        return None


class FakeGateway(TemporalService):
    """Temporal with a worker that carries out every command at once, on a store in memory.

    Attributes:
        asked: workflow id and kind of every command, in order.
        created: the tasks to create.
        statuses: the status of workflows, by id.
        has_worker: while it is unset, commands are saved and not carried out.
        ended: workflows that accept no signal and no second start.
        failure: raised instead of every durable step.
        may_go_on: while it is unset, every step waits after it was recorded.
    """

    def __init__(self, store: FakeTaskStore) -> None:
        self._store = store
        self.asked: list[tuple[str, str]] = []
        self.created: list[NewTask] = []
        self.onboarded: list[UserOnboardingInput] = []
        self.statuses: dict[str, WorkflowStatus] = {}
        self.has_worker = True
        self.ended: set[str] = set()
        self.failure: Exception | None = None
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def start_task_lifecycle_workflow(self, data: NewTask) -> Answered:
        workflow_id = lifecycle_id(data.id)
        await self._record(workflow_id, "start")
        self.created.append(data)
        if not self.has_worker:
            return Answered(workflow_id, None)
        task = await self._store.create(data)
        return Answered(workflow_id, Outcome(request_id=data.request_id, task=task))

    async def start_task_relay_workflow(
        self,
        task_id: TaskId,
        from_user: SlackUserId,
        to_user: SlackUserId,
        message: str,
        *,
        request: RequestId,
        mode: RelayMode,
        window: timedelta,
        answer_by: datetime | None = None,
        via: TokenName | None = None,
    ) -> Answered:
        opened_at = self._store.tasks[task_id].updated_at
        ends_at = answer_by or opened_at + window
        relay = relay_id(self._store.tasks[task_id].team_id, request)
        change = RelayOpened(
            id=request,
            task_id=task_id,
            at=opened_at,
            actor=from_user,
            relay_id=relay,
            to_user=to_user,
            mode=mode,
            note=message,
            nudge_at=ends_at,
            answer_by=ends_at,
            via=via,
        )
        return await self._carry_out(relay_workflow_id(relay), change)

    async def start_user_onboarding_workflow(self, data: UserOnboardingInput) -> str:
        await self._record(f"onboarding-{data.user_id}", "start")
        self.onboarded.append(data)
        return f"onboarding-{data.user_id}"

    async def get_workflow_status(self, workflow_id: str) -> WorkflowStatus:
        if self.failure is not None:
            raise self.failure
        if (status := self.statuses.get(workflow_id)) is None:
            raise WorkflowEndedError(workflow_id)
        return status

    async def signal_task_completed(self, workflow_id: str, *, change: Completed) -> Answered:
        return await self._carry_out(workflow_id, change)

    async def signal_task_cancelled(self, workflow_id: str, *, change: Cancelled) -> Answered:
        return await self._carry_out(workflow_id, change)

    async def signal_task_edited(self, workflow_id: str, *, change: Edited) -> Answered:
        return await self._carry_out(workflow_id, change)

    async def signal_task_progressed(self, workflow_id: str, *, change: Progressed) -> Answered:
        return await self._carry_out(workflow_id, change)

    async def signal_task_reassigned(
        self, workflow_id: str, new_user: SlackUserId, *, change: TakenBack
    ) -> Answered:
        return await self._carry_out(workflow_id, change)

    async def signal_relay_answered(self, workflow_id: str, *, change: RelayAnswer) -> Answered:
        return await self._carry_out(workflow_id, change)

    async def _carry_out(self, workflow_id: str, change: TaskChange) -> Answered:
        await self._record(workflow_id, change.kind)
        if not self.has_worker:
            return Answered(workflow_id, None)
        try:
            task, refusal = (await self._store.apply(change)).task, None
        except ChangeRefusedError as refused:
            task, refusal = refused.task, Refusal(reason=refused.reason, relay=refused.relay)
        return Answered(workflow_id, Outcome(request_id=change.id, task=task, refusal=refusal))

    async def _record(self, workflow_id: str, kind: str) -> None:
        if self.failure is not None:
            raise self.failure
        if workflow_id in self.ended:
            raise WorkflowEndedError(workflow_id)
        self.asked.append((workflow_id, kind))
        await self.may_go_on.wait()
