"""Renders the message of a notice, and edits it when its task changes."""

from datetime import datetime
from typing import NamedTuple

import structlog

from relai_activities import clock
from relai_core.blockkit.notices import has_buttons, notice_message
from relai_core.domain.ids import ChannelId, MessageTs, TaskId
from relai_core.domain.notice import Notice, NoticeRow
from relai_core.domain.task import Task
from relai_core.errors import RejectedMessageError, UndeliverableError
from relai_core.ports import Message, Messenger, NoticeLedger, TaskStore

_log = structlog.get_logger(__name__)


class Rendered(NamedTuple):
    """A message, and the task that it shows."""

    message: Message
    task: Task | None


class Cards:
    """Renders notices, and edits them while they have buttons."""

    def __init__(self, tasks: TaskStore, notices: NoticeLedger, messenger: Messenger) -> None:
        self._tasks = tasks
        self._notices = notices
        self._messenger = messenger

    async def render(self, notice: Notice, now: datetime) -> Rendered:
        """The notice for its task as it stands."""
        task = await self._task(notice.task_id)
        relay = await self._tasks.find_relay(notice.relay_id) if notice.relay_id else None
        return Rendered(notice_message(notice, task, relay, now=now), task)

    async def is_current(self, shown: Task | None) -> bool:
        """True if the task did not change since: concurrent edits may overtake each other."""
        if shown is None:
            return True
        task = await self._tasks.find(shown.id)
        return task is None or task.version == shown.version

    async def refresh(self, row: NoticeRow) -> None:
        """Edit the message until it shows the task's latest version."""
        if not row.live or row.channel is None or row.ts is None:
            return
        while True:
            rendered = await self.render(row.notice, row.settled_at or clock.now())
            has_more = await self._edited(row, row.channel, row.ts, rendered.message)
            if not has_more or await self.is_current(rendered.task):
                return

    async def _edited(
        self, row: NoticeRow, channel: ChannelId, ts: MessageTs, message: Message
    ) -> bool:
        """Edit the message once; True if it has buttons left."""
        is_live = has_buttons(message)
        try:
            await self._messenger.update(channel, ts, message)
        except (UndeliverableError, RejectedMessageError) as error:
            _log.warning("card_lost", key=row.key, code=error.code)
            is_live = False
        if not is_live:
            await self._notices.retire_card(row.key)
        return is_live

    async def _task(self, task_id: TaskId | None) -> Task | None:
        return await self._tasks.find(task_id) if task_id else None
