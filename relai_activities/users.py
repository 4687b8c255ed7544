"""Steps of an onboarding: plan it, and count its open tasks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from temporalio import activity

from relai_activities.contracts import (
    CountOpenInput,
    CountOpenResult,
    OnboardingInput,
    OnboardingPlan,
)
from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import ChannelId, request_id, task_id
from relai_core.domain.onboarding import OnboardingTemplate
from relai_core.domain.task import NewTask
from relai_core.ports import Directory, TaskStore

FOLLOW_UPS = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""After joining; each is moved into the newcomer's working hours."""


class UserActivities:
    """Steps of an onboarding."""

    def __init__(
        self,
        tasks: TaskStore,
        directory: Directory,
        templates: Sequence[OnboardingTemplate],
        hours: WorkingHours,
        summary_channel: ChannelId | None,
    ) -> None:
        self._tasks = tasks
        self._directory = directory
        self._templates = templates
        self._hours = hours
        self._summary_channel = summary_channel

    @activity.defn(name="plan_onboarding_activity")
    async def plan_onboarding(self, asked: OnboardingInput) -> OnboardingPlan:
        """Plan a person's onboarding, or give the reason to skip it. Only reads."""
        person = await self._directory.get_user(asked.team_id, asked.user_id)
        if person.unreachable is not None:
            return OnboardingPlan(skip=person.unreachable)
        return OnboardingPlan(
            tasks=tuple(self._task(asked, template, person.zone) for template in self._templates),
            follow_ups=tuple(
                self._hours.next_open(asked.joined_at + after, person.zone) for after in FOLLOW_UPS
            ),
            summary_channel=self._summary_channel,
        )

    @activity.defn(name="count_open_tasks_activity")
    async def count_open_tasks(self, asked: CountOpenInput) -> CountOpenResult:
        """Count the open tasks among these. A task that isn't stored yet counts as open."""
        tasks = [await self._tasks.find(each) for each in asked.task_ids]
        still_open = sum(task is None or task.is_open for task in tasks)
        return CountOpenResult(open=still_open, done=len(tasks) - still_open)

    def _task(
        self, asked: OnboardingInput, template: OnboardingTemplate, zone: ZoneInfo
    ) -> NewTask:
        request = request_id(asked.team_id, "onboarding", asked.user_id, template.key)
        return NewTask(
            id=task_id(asked.team_id, request),
            team_id=asked.team_id,
            request_id=request,
            title=template.title,
            description=template.description,
            creator=asked.inviter or asked.user_id,
            owner=asked.user_id,
            due_at=self._due(asked.joined_at, template.due_days, zone),
            created_at=asked.joined_at,
            via=asked.via,
        )

    def _due(self, joined_at: datetime, days: int | None, zone: ZoneInfo) -> datetime | None:
        if days is None:
            return None
        return self._hours.next_open(joined_at + timedelta(days=days), zone)
