"""Models of the answers. The API's description is generated from them."""

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
    """A task in its present state. `relay` is its latest hand-over.

    `via` and `closed_via` name the API tokens that made and closed it, or are null.
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
    """A page of tasks, the newest first. If `next_cursor` is set, more tasks follow."""

    tasks: list[TaskOut]
    next_cursor: str | None


class EventOut(BaseModel):
    """One event of a trail. `via` names the API token that the request came with, or is null."""

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
    """A page of a task's events, oldest first. If `next_cursor` is set, more events follow."""

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
    """A page of people. If `next_cursor` is set, more people follow."""

    users: list[UserOut]
    next_cursor: str | None


class Written(BaseModel):
    """A request that is durably saved.

    If `done` is true, it has been carried out, and `task` is the changed task. If it is false, no
    worker answered in time: read the result at `location`. When the request has been carried out,
    the task's trail has an event with its `request_id`. If the rules refuse the request later, the
    trail gets no event.
    """

    workflow_id: str
    request_id: str
    location: str
    done: bool


class TaskWritten(Written):
    """A request about a task. `refusal` is the reason if a new task went to its creator instead."""

    task_id: str
    task: TaskOut | None
    refusal: RefusalReason | None = None


class RelayWritten(TaskWritten):
    """A hand-over."""

    relay_id: str


class UserWritten(BaseModel):
    """A welcome that is running or has ended. `location` is the address of its status."""

    workflow_id: str
    location: str
    user: UserOut


class WorkflowResult(BaseModel):
    """The end of a hand-over, or the reason for its refusal."""

    end: RelayEnd | None
    refusal: RefusalReason | None


class WorkflowOut(BaseModel):
    """The state of a workflow execution."""

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
