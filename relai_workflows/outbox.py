"""Sends a workflow's notices in order, one at a time, without delaying its decisions."""

from collections import deque

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from relai_activities.contracts import NoticeResult, RefreshCardsInput
    from relai_activities.notices import NoticeActivities
    from relai_core.domain.ids import NoticeKey, TaskId
    from relai_core.domain.notice import Notice
    from relai_workflows import options


class Outbox:
    """Notices in order, and after them the refresh of the task's cards.

    `run` is a coroutine of its own, so a part that is down delays no decision.
    """

    def __init__(self) -> None:
        self._waiting: deque[Notice | TaskId] = deque()
        self._results: dict[NoticeKey, NoticeResult] = {}
        self._sending: Notice | TaskId | None = None

    def put(self, notice: Notice) -> None:
        """Send a notice when those before it are sent."""
        self._results.pop(notice.key, None)
        self._waiting.append(notice)

    async def send(self, notice: Notice) -> NoticeResult:
        """Put a notice here, and wait for its result."""
        self.put(notice)
        await workflow.wait_condition(lambda: notice.key in self._results)
        return self._results.pop(notice.key)

    def refresh_cards(self, task_id: TaskId) -> None:
        """Refresh all cards of the task, once for several calls."""
        if task_id not in self._waiting:
            self._waiting.append(task_id)

    def result(self, key: NoticeKey) -> NoticeResult | None:
        """The result of a notice, or None while it is not known."""
        return self._results.get(key)

    @property
    def is_idle(self) -> bool:
        """True if nothing is left to send."""
        return not self._waiting and self._sending is None

    @property
    def unsent(self) -> tuple[Notice, ...]:
        """The notices without a result, in order."""
        return tuple(entry for entry in self._left if isinstance(entry, Notice))

    @property
    def has_stale_cards(self) -> bool:
        """True if a refresh of the cards is waiting or under way."""
        return any(not isinstance(entry, Notice) for entry in self._left)

    async def run(self) -> None:
        """Send for ever."""
        while True:
            await workflow.wait_condition(lambda: bool(self._waiting))
            self._sending = entry = self._waiting.popleft()
            if isinstance(entry, Notice):
                self._results[entry.key] = await self._send(entry)
            else:
                await self._refresh(entry)
            self._sending = None

    @property
    def _left(self) -> tuple[Notice | TaskId, ...]:
        under_way = () if self._sending is None else (self._sending,)
        return (*under_way, *self._waiting)

    async def _send(self, notice: Notice) -> NoticeResult:
        return await workflow.execute_activity_method(
            NoticeActivities.send_notification, notice, summary=notice.kind, **options.SLACK
        )

    async def _refresh(self, task_id: TaskId) -> None:
        await workflow.execute_activity_method(
            NoticeActivities.refresh_cards, RefreshCardsInput(task_id=task_id), **options.SLACK
        )
