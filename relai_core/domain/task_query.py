"""A query for tasks of a workspace, a page at a time."""

from datetime import datetime

from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.domain.model import Model
from relai_core.domain.task import TaskStatus


class TaskQuery(Model):
    """Tasks that fit every given field, the newest first.

    Due dates are from `due_after` on and before `due_before`. `below` continues a listing: only
    numbers smaller than it. A number never changes, so no page repeats or misses a task.
    """

    team_id: TeamId
    owner: SlackUserId | None = None
    creator: SlackUserId | None = None
    status: TaskStatus | None = None
    due_after: datetime | None = None
    due_before: datetime | None = None
    below: int | None = None
