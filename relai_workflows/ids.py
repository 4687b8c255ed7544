"""Workflow ids, each made from the id of what it is about: starting twice is starting once."""

from relai_core.domain.ids import RelayId, SlackUserId, TaskId, TeamId

CLEANUP_SCHEDULE_ID = "relai-cleanup"
CLEANUP_WORKFLOW_ID = "cleanup"


def lifecycle_id(task_id: TaskId) -> str:
    """The one TaskLifecycleWorkflow of a task."""
    return f"task-{task_id}"


def relay_workflow_id(relay_id: RelayId) -> str:
    """The one TaskRelayWorkflow of a relay."""
    return f"relay-{relay_id}"


def onboarding_id(team_id: TeamId, user_id: SlackUserId) -> str:
    """The one UserOnboardingWorkflow of a person in a workspace."""
    return f"onboarding-{team_id}-{user_id}"
