"""Decides if a notice may go out: to this person, at this hour, for the task as it stands."""

from datetime import datetime

from relai_core.domain.hours import WorkingHours
from relai_core.domain.notice import Notice, NoticeKind
from relai_core.domain.reminders import ReminderKind, sendable_at, still_true
from relai_core.domain.telling import is_told_the_end
from relai_core.errors import NotFoundError
from relai_core.ports import Directory, TaskStore

UNTRUE = "no longer true"
_UNTIL_CLOSED = frozenset({NoticeKind.TASK_ASSIGNED, NoticeKind.RELAY_SENT})
"""Cards for acting on a task. Once it is closed, its end is told by another notice."""
_UNTIL_ENDED = frozenset({NoticeKind.RELAY_SENT, NoticeKind.RELAY_OFFERED})
"""Cards for acting on a relay. After its end they could only repeat another notice."""


class Relevance:
    """Checks notices against people and tasks as they are now."""

    def __init__(self, tasks: TaskStore, directory: Directory, hours: WorkingHours) -> None:
        self._tasks = tasks
        self._directory = directory
        self._hours = hours

    async def obstacle(self, notice: Notice) -> str:
        """The reason why the notice must not go out at all, or an empty text."""
        if notice.recipient is not None:
            try:
                person = await self._directory.get_user(notice.team_id, notice.recipient)
            except NotFoundError:
                return "unknown"
            if person.unreachable is not None:
                return person.unreachable.value
        return "" if await self.is_true(notice) else UNTRUE

    async def is_true(self, notice: Notice) -> bool:
        """True if the notice is still correct and no other notice covers it."""
        if notice.kind is NoticeKind.RELAY_NUDGED and notice.relay_id:
            relay = await self._tasks.find_relay(notice.relay_id)
            return relay is not None and relay.is_open
        if notice.kind in _UNTIL_ENDED and notice.relay_id and notice.recipient:
            relay = await self._tasks.find_relay(notice.relay_id)
            if relay is not None and is_told_the_end(relay, notice.recipient):
                return False
        if notice.kind in _UNTIL_CLOSED and notice.task_id:
            task = await self._tasks.find(notice.task_id)
            return task is None or task.is_open
        if notice.kind.is_reminder and notice.recipient and notice.due_at:
            task = await self._tasks.find(notice.task_id) if notice.task_id else None
            kind = ReminderKind(notice.kind.removeprefix("reminder_"))
            return task is not None and still_true(kind, notice.recipient, notice.due_at, task)
        return True

    async def is_welcome(self, notice: Notice, now: datetime) -> bool:
        """True if a reminder may go out at this hour. It may have waited for Slack until night."""
        if not notice.kind.is_reminder or notice.recipient is None:
            return True
        person = await self._directory.get_user(notice.team_id, notice.recipient)
        quiet_until = await self._directory.quiet_until(notice.team_id, notice.recipient, now)
        moment = sendable_at(
            notice.planned_at,
            now=now,
            quiet_until=quiet_until,
            hours=self._hours,
            zone=person.zone,
        )
        return moment <= now
