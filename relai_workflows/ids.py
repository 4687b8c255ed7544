"""Workflow ids, each made from the id of its subject: starting twice is starting once."""

import re

from relai_core.domain.ids import RelayId, SlackUserId, TaskId, TeamId

CLEANUP_SCHEDULE_ID = "relai-cleanup"
CLEANUP_WORKFLOW_ID = "cleanup"
PREFIXES = {
    "TaskLifecycleWorkflow": "task-",
    "TaskRelayWorkflow": "relay-",
    "UserOnboardingWorkflow": "onboarding-",
    "PeriodicCleanupWorkflow": CLEANUP_WORKFLOW_ID,
}
"""Each workflow type, and how the ids of its workflows begin."""
_OF_A_TEAM = r"(?:(?:task|relay)-{0}-[0-9a-f]+|onboarding-{0}-[A-Z0-9]+)"


def lifecycle_id(task_id: TaskId) -> str:
    """The one TaskLifecycleWorkflow of a task."""
    return f"task-{task_id}"


def relay_workflow_id(relay_id: RelayId) -> str:
    """The one TaskRelayWorkflow of a relay."""
    return f"relay-{relay_id}"


def onboarding_id(team_id: TeamId, user_id: SlackUserId) -> str:
    """The one UserOnboardingWorkflow of a person in a workspace."""
    return f"onboarding-{team_id}-{user_id}"


def belongs_to(workflow_id: str, team_id: TeamId) -> bool:
    """True if this is the id of a workflow of the workspace; the cleanup belongs to none."""
    return re.fullmatch(_OF_A_TEAM.format(re.escape(team_id)), workflow_id) is not None


def task_of(workflow_id: str) -> TaskId | None:
    """The task whose TaskLifecycleWorkflow has this id, if it is one."""
    subject = _subject(workflow_id, "TaskLifecycleWorkflow")
    return None if subject is None else TaskId(subject)


def relay_of(workflow_id: str) -> RelayId | None:
    """The relay whose TaskRelayWorkflow has this id, if it is one."""
    subject = _subject(workflow_id, "TaskRelayWorkflow")
    return None if subject is None else RelayId(subject)


def team_of_workflow(workflow_id: str) -> TeamId:
    """The workspace a workflow belongs to. The cleanup belongs to none: an empty id."""
    if workflow_id.startswith(CLEANUP_WORKFLOW_ID):
        return TeamId("")
    return TeamId(workflow_id.partition("-")[2].partition("-")[0])


def _subject(workflow_id: str, workflow_type: str) -> str | None:
    prefix = PREFIXES[workflow_type]
    return workflow_id.removeprefix(prefix) if workflow_id.startswith(prefix) else None
