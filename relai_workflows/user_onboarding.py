"""The first week of a person who joined the workspace."""

import asyncio
from contextlib import suppress
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError

from relai_workflows.background import Background
from relai_workflows.outbox import Outbox
from relai_workflows.timers import wait_until

with workflow.unsafe.imports_passed_through():
    from temporalio.common import WorkflowIDReusePolicy

    from relai_activities.contracts import (
        CountOpenInput,
        CountOpenResult,
        OnboardingInput,
        OnboardingPlan,
    )
    from relai_activities.users import UserActivities
    from relai_core.domain.notice import Notice, NoticeKind
    from relai_core.domain.task import NewTask
    from relai_workflows import options
    from relai_workflows.contracts import TaskLifecycleInput, UserOnboardingInput
    from relai_workflows.ids import lifecycle_id


@workflow.defn(name="UserOnboardingWorkflow")
class UserOnboardingWorkflow:
    """One per person and workspace, up to seven days."""

    @workflow.init
    def __init__(self, start: UserOnboardingInput) -> None:
        self._start = start
        self._background = Background()
        self._outbox = Outbox()

    @workflow.run
    async def run(self, start: UserOnboardingInput) -> None:
        """Welcome, give the first tasks, follow up while one is open, and sum up."""
        plan = await workflow.execute_activity_method(
            UserActivities.plan_onboarding,
            OnboardingInput(**start.model_dump(), joined_at=workflow.now()),
            **options.PEOPLE,
        )
        if plan.skip is not None:
            workflow.logger.info("%s is not onboarded: %s", start.user_id, plan.skip)
            return
        self._background.start(self._outbox.run())
        self._say(NoticeKind.WELCOME, moment="joined")
        for new in plan.tasks:
            await self._give(new)
        counts = await self._follow_up(plan)
        self._sum_up(plan, counts)
        await workflow.wait_condition(lambda: self._outbox.is_idle or self._background.has_crashed)
        self._background.raise_crash()
        self._background.stop()

    async def _give(self, new: NewTask) -> None:
        """Start an ordinary task that outlives this workflow."""
        with suppress(WorkflowAlreadyStartedError):
            child = await workflow.start_child_workflow(
                "TaskLifecycleWorkflow",
                TaskLifecycleInput(new=new, is_awaited=False),
                id=lifecycle_id(new.id),
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            )
            child.add_done_callback(_look_at)

    async def _follow_up(self, plan: OnboardingPlan) -> CountOpenResult:
        """Send a follow-up at each moment of the plan while a task is open; the last counts."""
        counts = CountOpenResult(open=len(plan.tasks), done=0)
        for moment in plan.follow_ups:
            await self._sleep_until(moment)
            counts = await workflow.execute_activity_method(
                UserActivities.count_open_tasks,
                CountOpenInput(task_ids=tuple(new.id for new in plan.tasks)),
                **options.STORE,
            )
            if not counts.open:
                break
            self._say(NoticeKind.ONBOARDING_FOLLOW_UP, moment.isoformat(), counts, moment)
        return counts

    async def _sleep_until(self, moment: datetime) -> None:
        left = moment - workflow.now()
        await wait_until(lambda: self._background.has_crashed, left, "onboarding follow-up")
        self._background.raise_crash()

    def _say(
        self,
        kind: NoticeKind,
        moment: str,
        counts: CountOpenResult | None = None,
        planned_at: datetime | None = None,
    ) -> None:
        self._outbox.put(
            Notice(
                team_id=self._start.team_id,
                kind=kind,
                moment=moment,
                planned_at=planned_at or workflow.now(),
                recipient=self._start.user_id,
                counts=(counts.open, counts.done) if counts else None,
            )
        )

    def _sum_up(self, plan: OnboardingPlan, counts: CountOpenResult) -> None:
        """Send the summary to the inviter, or else to the channel of the plan, if there is one."""
        inviter, channel = self._start.inviter, plan.summary_channel
        if inviter is None and channel is None:
            return
        self._outbox.put(
            Notice(
                team_id=self._start.team_id,
                kind=NoticeKind.ONBOARDING_SUMMARY,
                moment=self._start.user_id,
                planned_at=workflow.now(),
                recipient=inviter,
                channel=None if inviter else channel,
                subject=self._start.user_id,
                counts=(counts.open, counts.done),
            )
        )


def _look_at(child: asyncio.Task[object]) -> None:
    """Retrieve the child's exception, because asyncio would log it as unhandled."""
    if not child.cancelled():
        child.exception()
