"""Notice activities on a real store, with a Slack in memory."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from relai_activities.clock import ClockInterceptor
from relai_activities.contracts import NoticeResult, RefreshCardsInput, RelayTaskInput
from relai_activities.interceptor import ErrorInterceptor
from relai_activities.notices import NoticeActivities
from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import SlackUserId, relay_id
from relai_core.domain.notice import Notice, NoticeKind, NoticeRow
from relai_core.domain.relay import RelayMode
from relai_core.domain.task import Task
from relai_core.domain.user import User
from relai_core.store.database import Database
from tests.relai_activities.fakes import FakeDirectory, FakeMessenger
from tests.relai_core.builders import ANA, BEN, CLEO, NOW, TEAM, Changes, a_new_task, a_request

T = TypeVar("T")
WINDOW = timedelta(minutes=10)


class ActivityHarness:
    """The activities of a worker, called directly, as often as a test needs."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self.messenger: FakeMessenger = FakeMessenger()
        self.pace = timedelta(0)
        self.hours = WorkingHours.parse("mon-sun 00:00-24:00")
        everyone = [User(team_id=TEAM, id=each, name=each.lower()) for each in (ANA, BEN, CLEO)]
        self.directory = FakeDirectory(*everyone)

    @property
    def notices(self) -> NoticeActivities:
        """The activities under test, with the present messenger and pace."""
        return NoticeActivities(
            self.store.tasks,
            self.store.notices,
            self.directory,
            self.messenger,
            self.hours,
            pace=self.pace,
            rest=self.pace,
        )

    async def send(self, notice: Notice) -> NoticeResult:
        """Try once to send."""
        return await attempt(self.notices.send_notification, notice)

    async def refresh(self, task: Task) -> int:
        """Try once to refresh the cards of a task."""
        return await attempt(self.notices.refresh_cards, RefreshCardsInput(task_id=task.id))

    async def row(self, notice: Notice) -> NoticeRow:
        """The ledger's row of a notice."""
        return await self.store.notices.plan(notice, datetime.now(UTC))

    async def task(self, owner: SlackUserId = BEN, **fields: Any) -> Task:
        """A task that Ana gave to its owner."""
        return await self.store.tasks.create(a_new_task(owner=owner, **fields))

    async def an_assignment(self) -> Notice:
        """A card that is to be sent to Ben."""
        task = await self.task()
        return a_notice(NoticeKind.TASK_ASSIGNED, task, actor=ANA)

    async def an_offer(self) -> Notice:
        """An offer that is to be sent to Ben."""
        task = await self.task(owner=ANA)
        opened = Changes(task).handed_over(BEN, mode=RelayMode.DIRECT)
        await self.store.tasks.apply(opened)
        return a_notice(NoticeKind.RELAY_OFFERED, task, relay_id=opened.relay_id)

    async def a_reminder(self) -> Notice:
        """A reminder that is to be sent to Ben."""
        task = await self.task(due_at=NOW)
        return a_notice(NoticeKind.REMINDER_DUE, task, due_at=NOW)


def a_notice(kind: NoticeKind, task: Task, **fields: Any) -> Notice:
    """A notice to Ben."""
    given: dict[str, Any] = {"team_id": TEAM, "moment": "m", "planned_at": NOW, "recipient": BEN}
    return Notice(kind=kind, task_id=task.id, **given | fields)


def to_ben(task: Task) -> RelayTaskInput:
    """Ana hands her task to Ben, just now."""
    request = a_request()
    return RelayTaskInput(
        request_id=request,
        relay_id=relay_id(TEAM, request),
        task_id=task.id,
        team_id=TEAM,
        from_user=ANA,
        to_user=BEN,
        mode=RelayMode.DIRECT,
        note="",
        window=WINDOW,
        answer_by=None,
        at=datetime.now(UTC),
        via=None,
    )


async def attempt(
    step: Callable[..., Awaitable[T]],
    *args: Any,
    started_at: datetime | None = None,
    own: ClockInterceptor | None = None,
) -> T:
    """Run an activity once, as a worker does. `started_at` is its start in Temporal's time."""
    inbound = ErrorInterceptor().intercept_activity(
        (own or ClockInterceptor()).intercept_activity(_Innermost())
    )
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, started_time=started_at or datetime.now(UTC))
    result: T = await environment.run(
        inbound.execute_activity, ExecuteActivityInput(step, args, None, {})
    )
    return result


class _Innermost(ActivityInboundInterceptor):
    def __init__(self) -> None:
        """The chain ends here."""

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - Temporal's
        return await input.fn(*input.args)
