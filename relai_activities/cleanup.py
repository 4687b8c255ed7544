"""The daily cleanup: closed tasks move to the archive, batch by batch."""

from temporalio import activity

from relai_activities.contracts import CleanupInput
from relai_core.ports import TaskStore

BATCH = 200
"""Tasks moved by one write: few enough for frequent heartbeats."""


class CleanupActivities:
    """The daily cleanup."""

    def __init__(self, tasks: TaskStore) -> None:
        self._tasks = tasks

    @activity.defn(name="cleanup_completed_tasks_activity")
    async def cleanup_completed_tasks(self, asked: CleanupInput) -> int:
        """Archive tasks that closed before a moment; returns their number.

        A retry goes on after the last batch and counts on from it.
        """
        details = activity.info().heartbeat_details
        archived: int = details[0] if details else 0
        while moved := await self._tasks.archive_closed(asked.closed_before, BATCH):
            archived += moved
            activity.heartbeat(archived)
        return archived
