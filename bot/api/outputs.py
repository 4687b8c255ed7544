"""What answers look like. The description of the API is generated from these models."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, Field

from bot.services.temporal_service import WorkflowStatus, lifecycle_id, relay_workflow_id
from relai_core.domain.changes import TaskEvent
from relai_core.domain.decisions import RefusalReason
from relai_core.domain.relay import Relay, RelayEnd, RelayMode
from relai_core.domain.task import Task, TaskStatus
from relai_core.domain.user import User


class RelayOut(BaseModel):
    """A hand-over. Open while `end` is null."""

    id: str
    workflow_id: str
    from_user: str
    to_user: str
    mode: RelayMode
    message: str
    opened_at: datetime
    answer_by: datetime
    end: RelayEnd | None
    ended_at: datetime | None
    ended_by: str | None
    reason: str
    via: str | None

    @classmethod
    def of(cls, relay: Relay) -> Self:
        workflow_id = relay_workflow_id(relay.id)
        return cls(message=relay.note, workflow_id=workflow_id, **relay.model_dump())


class TaskOut(BaseModel):
    """A task as it stands. `relay` is its latest hand-over.

    `via` and `closed_via` are the API tokens through which it was made and closed, if any.
    """

    id: str
    key: str = Field(examples=["T-42"])
    workflow_id: str
    title: str
    description: str
    status: TaskStatus
    progress: int
    assignedTo: str
    creator: str
    estimatedHandoff: datetime | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    via: str | None
    closed_via: str | None
    version: int
    relay: RelayOut | None

    @classmethod
    def of(cls, task: Task) -> Self:
        return cls(
            key=task.key,
            workflow_id=lifecycle_id(task.id),
            assignedTo=task.owner,
            estimatedHandoff=task.due_at,
            relay=RelayOut.of(task.relay) if task.relay else None,
            **task.model_dump(exclude={"relay"}),
        )


class TaskPage(BaseModel):
    """Some tasks, the newest first. More follow if `next_cursor` is set."""

    tasks: list[TaskOut]
    next_cursor: str | None


class EventOut(BaseModel):
    """One line of a trail. `via` is the API token through which the actor's wish came, if any."""

    request_id: str
    version: int
    kind: str
    at: datetime
    actor: str | None
    via: str | None
    assignedTo: str
    relay_id: str | None
    settled: str | None
    message: str

    @classmethod
    def of(cls, event: TaskEvent) -> Self:
        return cls(
            request_id=event.id, assignedTo=event.owner, message=event.note, **event.model_dump()
        )


class TrailPage(BaseModel):
    """What happened to a task, oldest first. More follows if `next_cursor` is set."""

    events: list[EventOut]
    next_cursor: str | None


class UserOut(BaseModel):
    """A person as last seen in Slack."""

    id: str
    slack_user_id: str
    name: str
    real_name: str
    tz: str
    status: Literal["active", "bot", "deactivated", "guest", "outsider"]
    seen_at: datetime

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(
            id=f"{user.team_id}:{user.id}",
            slack_user_id=user.id,
            name=user.name,
            real_name=user.real_name,
            tz=user.tz,
            status=user.unreachable.value if user.unreachable else "active",
            seen_at=user.refreshed_at,
        )


class UserPage(BaseModel):
    """Some people. More follow if `next_cursor` is set."""

    users: list[UserOut]
    next_cursor: str | None


class Written(BaseModel):
    """A wish that is durably saved.

    `done` says that it has been carried out, and `task` is the task after it. Without it no worker
    answered in time: `location` is where to look, and a line of the trail with `request_id` says
    that it was carried out. What the rules refuse that late leaves no line.
    """

    workflow_id: str
    request_id: str
    location: str
    done: bool


class TaskWritten(Written):
    """A wish about a task. `refusal` says why a new task is not its owner's but its creator's."""

    task_id: str
    task: TaskOut | None
    refusal: RefusalReason | None = None


class RelayWritten(TaskWritten):
    """A hand-over."""

    relay_id: str


class UserWritten(BaseModel):
    """A welcome that is under way, or has been before. `location` shows which."""

    workflow_id: str
    location: str
    user: UserOut


class WorkflowResult(BaseModel):
    """How a hand-over ended, or why it was refused."""

    end: RelayEnd | None
    refusal: RefusalReason | None


class WorkflowOut(BaseModel):
    """Where a workflow execution stands."""

    id: str
    type: str
    status: str = Field(examples=["running", "completed"])
    started_at: datetime
    closed_at: datetime | None
    result: WorkflowResult | None

    @classmethod
    def of(cls, status: WorkflowStatus) -> Self:
        result = status.result
        return cls(
            id=status.workflow_id,
            type=status.workflow_type,
            status=status.status,
            started_at=status.started_at,
            closed_at=status.closed_at,
            result=WorkflowResult(end=result.end, refusal=result.refusal) if result else None,
        )
