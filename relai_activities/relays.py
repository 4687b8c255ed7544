"""Steps of a hand-over: open it, end it, look at it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from temporalio import activity

from relai_activities.clock import now_after
from relai_activities.contracts import (
    ChangeInput,
    ChangeResult,
    FindRelayInput,
    PostponeRelayInput,
    RelayTaskInput,
)
from relai_activities.tasks import apply_change
from relai_core.domain.changes import RelayOpened, RelayPostponed
from relai_core.domain.decisions import RefusalReason
from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import TaskId
from relai_core.domain.outcome import Refusal
from relai_core.domain.relay import Relay
from relai_core.errors import NotFoundError
from relai_core.ports import Directory, TaskStore

_UTC = ZoneInfo("UTC")


class RelayActivities:
    """Steps of a hand-over."""

    def __init__(self, tasks: TaskStore, directory: Directory, hours: WorkingHours) -> None:
        self._tasks = tasks
        self._directory = directory
        self._hours = hours

    @activity.defn(name="relay_task_activity")
    async def relay_task(self, asked: RelayTaskInput) -> ChangeResult:
        """Open the hand-over, by one conditional write.

        A retry finds the relay open, and leaves it so.
        """
        zone = await self._zone(asked)
        if zone is None:
            # If the relay is already open, it stays open: its receiver has left since.
            if await self._tasks.find_relay(asked.relay_id) is None:
                return await self._refused(asked.task_id)
            zone = _UTC
        now = now_after(asked.at)
        nudge_at, answer_by = self._window(asked, now, zone)
        opened = RelayOpened(
            id=asked.request_id,
            task_id=asked.task_id,
            at=now,
            actor=asked.from_user,
            relay_id=asked.relay_id,
            to_user=asked.to_user,
            mode=asked.mode,
            note=asked.note,
            nudge_at=nudge_at,
            answer_by=answer_by,
            via=asked.via,
        )
        return await apply_change(self._tasks, opened)

    @activity.defn(name="postpone_relay_activity")
    async def postpone_relay(self, asked: PostponeRelayInput) -> ChangeResult:
        """Start the window again. A retry finds it postponed already."""
        try:
            receiver = await self._directory.get_user(asked.team_id, asked.to_user)
            zone = receiver.zone
        except NotFoundError:
            zone = _UTC
        now = now_after(asked.at)
        postponed = RelayPostponed(
            id=asked.request_id,
            task_id=asked.task_id,
            at=now,
            relay_id=asked.relay_id,
            nudge_at=self._hours.after(now, asked.window / 2, zone),
            answer_by=self._hours.after(now, asked.window, zone),
        )
        return await apply_change(self._tasks, postponed)

    @activity.defn(name="end_relay_activity")
    async def end_relay(self, asked: ChangeInput) -> ChangeResult:
        """End the hand-over. A retry, or a second end, changes nothing more."""
        return await apply_change(self._tasks, asked.change)

    @activity.defn(name="find_relay_activity")
    async def find_relay(self, asked: FindRelayInput) -> Relay:
        """Read the hand-over as it stands."""
        relay = await self._tasks.find_relay(asked.relay_id)
        if relay is None:
            raise NotFoundError(f"relay {asked.relay_id} is not in the store")
        return relay

    async def _zone(self, asked: RelayTaskInput) -> ZoneInfo | None:
        """The receiver's time zone; None if they can't hold a task."""
        try:
            receiver = await self._directory.get_user(asked.team_id, asked.to_user)
        except NotFoundError:
            return None
        return None if receiver.unreachable else receiver.zone

    async def _refused(self, task_id: TaskId) -> ChangeResult:
        """Refuse because the receiver can't hold a task.

        The check must also be here, with the change.
        """
        task = await self._tasks.find(task_id)
        if task is None:
            raise NotFoundError(f"task {task_id} is not in the store")
        return ChangeResult(task=task, refusal=Refusal(reason=RefusalReason.UNREACHABLE))

    def _window(
        self, asked: RelayTaskInput, now: datetime, zone: ZoneInfo
    ) -> tuple[datetime, datetime]:
        """When to nudge, and when the answer is due: in the receiver's working hours."""
        if asked.answer_by is None:
            half = self._hours.after(now, asked.window / 2, zone)
            return half, self._hours.after(now, asked.window, zone)
        answer_by = max(asked.answer_by, now)
        half = self._hours.next_open(now + (answer_by - now) / 2, zone)
        return min(half, answer_by), answer_by
