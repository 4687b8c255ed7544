"""Steps on a task: create it, change it, and find its next reminder."""

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from temporalio import activity

from relai_activities.clock import now_after
from relai_activities.contracts import ChangeInput, ChangeResult, Deadline, DeadlineInput
from relai_core.domain.changes import TaskChange
from relai_core.domain.decisions import ChangeRefusedError
from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import RelayId, SlackUserId, TeamId
from relai_core.domain.outcome import Refusal
from relai_core.domain.reminders import next_reminder
from relai_core.domain.task import NewTask, Task
from relai_core.errors import NotFoundError
from relai_core.ports import Directory, TaskStore


async def apply_change(tasks: TaskStore, change: TaskChange) -> ChangeResult:
    """Apply a change, and say how it went. A repeat gives the result of the first time."""
    relay_id: RelayId | None = getattr(change, "relay_id", None)
    try:
        applied = await tasks.apply(change)
    except ChangeRefusedError as refused:
        refusal = Refusal(reason=refused.reason, relay=refused.relay)
        return ChangeResult(task=refused.task, refusal=refusal)
    relay = await tasks.find_relay(relay_id) if relay_id else None
    return ChangeResult(task=applied.task, event=applied.event, relay=relay)


class TaskActivities:
    """Steps on a task."""

    def __init__(self, tasks: TaskStore, directory: Directory, hours: WorkingHours) -> None:
        self._tasks = tasks
        self._directory = directory
        self._hours = hours

    @activity.defn(name="create_task_activity")
    async def create_task(self, new: NewTask) -> Task:
        """Store the task under its number. A retry finds it there.

        If the owner can't hold a task, the creator owns it, because every task has an owner.
        """
        if new.owner != new.creator and not await self._can_hold(new.team_id, new.owner):
            new = new.model_copy(update={"owner": new.creator})
        return await self._tasks.create(new)

    @activity.defn(name="update_task_activity")
    async def update_task(self, asked: ChangeInput) -> ChangeResult:
        """Apply a change that leaves the owner alone. A retry changes nothing more."""
        return await apply_change(self._tasks, asked.change)

    @activity.defn(name="assign_task_activity")
    async def assign_task(self, asked: ChangeInput) -> ChangeResult:
        """Give the task back to the sender of its last relay. A retry changes nothing more."""
        return await apply_change(self._tasks, asked.change)

    @activity.defn(name="check_task_deadline_activity")
    async def check_task_deadline(self, asked: DeadlineInput) -> Deadline:
        """Find the next reminder that is still true, in its person's own time. Only reads."""
        task = await self._tasks.find(asked.task_id)
        if task is None or not task.is_open or task.due_at is None:
            return Deadline()
        now = now_after(asked.at)
        zones = await self._zones(task)
        quiet: dict[SlackUserId, datetime | None] = {}
        while True:
            upcoming = next_reminder(
                task, taken=asked.taken, zones=zones, quiet=quiet, hours=self._hours, now=now
            )
            if upcoming is None:
                return Deadline()
            reminder, send_at = upcoming
            if send_at > now:
                return Deadline(reminder=reminder, wait_until=send_at)
            person = reminder.recipient
            if person in quiet:
                return Deadline(reminder=reminder)
            quiet[person] = await self._directory.quiet_until(task.team_id, person, now)

    async def _zones(self, task: Task) -> dict[SlackUserId, ZoneInfo]:
        """Time zones of owner and creator; people whom Slack does not know are left out."""
        zones = {}
        for person in (task.owner, task.creator):
            with suppress(NotFoundError):
                zones[person] = (await self._directory.get_user(task.team_id, person)).zone
        return zones

    async def _can_hold(self, team_id: TeamId, person: SlackUserId) -> bool:
        try:
            return (await self._directory.get_user(team_id, person)).unreachable is None
        except NotFoundError:
            return False
