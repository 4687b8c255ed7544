"""What a workflow is about, told from its id."""

from collections.abc import Sequence

from relai_core.domain.ids import RelayId, TaskId, TeamId
from relai_core.domain.notice import Notice
from relai_workflows.ids import lifecycle_id, onboarding_id, relay_workflow_id

NOBODY = TeamId("")
"""The workspace of what belongs to none, such as the cleanup."""

_KINDS = ("task", "relay", "onboarding")


def team_of_workflow(workflow_id: str) -> TeamId:
    """The workspace whose workflow this is."""
    kind, _, subject = workflow_id.partition("-")
    return TeamId(subject.partition("-")[0]) if kind in _KINDS else NOBODY


def is_onboarding(workflow_id: str) -> bool:
    """Whether it is about a newcomer."""
    return workflow_id.startswith("onboarding-")


def tasks_among(workflow_ids: Sequence[str]) -> list[TaskId]:
    """The tasks whose lifecycles are among these workflows."""
    return [TaskId(each.removeprefix("task-")) for each in workflow_ids if each.startswith("task-")]


def relays_among(workflow_ids: Sequence[str]) -> list[RelayId]:
    """The hand-overs whose workflows are among these."""
    prefix = "relay-"
    return [RelayId(each.removeprefix(prefix)) for each in workflow_ids if each.startswith(prefix)]


def task_of(notice: Notice) -> TaskId:
    """The task that a notice is about.

    Raises:
        ValueError: it is about a newcomer.
    """
    if notice.task_id is None:
        raise ValueError(f"{notice.key} is about no task")
    return notice.task_id


def senders_of(notice: Notice) -> tuple[str, ...]:
    """The workflows that may send a notice."""
    if notice.task_id is None:
        newcomer = notice.subject or notice.recipient
        return (onboarding_id(notice.team_id, newcomer),) if newcomer else ()
    by_relay = (relay_workflow_id(notice.relay_id),) if notice.relay_id else ()
    return (lifecycle_id(notice.task_id), *by_relay)
