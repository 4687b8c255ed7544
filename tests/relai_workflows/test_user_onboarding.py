"""The first week: ordinary tasks, follow-ups while one is open, and a summary for the inviter."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from relai_core.domain.changes import Completed
from relai_core.domain.ids import SlackUserId
from relai_core.domain.notice import NoticeKind
from relai_core.domain.task import Task
from relai_core.domain.user import User
from relai_workflows.contracts import UserOnboardingInput
from relai_workflows.ids import lifecycle_id, onboarding_id
from tests.relai_core.builders import ANA, CI, TEAM, a_request
from tests.relai_workflows.workflow_env import ADMINS, TEMPLATES, Handle, WorkflowEnv

DAY = timedelta(days=1)
MOMENT = timedelta(minutes=1)


class Newcomer:
    """A person new to the workspace."""

    def __init__(self, env: WorkflowEnv) -> None:
        self._env = env
        self.id = SlackUserId(f"U{uuid4().hex.upper()}")
        self.is_known_as()

    def is_known_as(self, **fields: Any) -> None:
        self._env.directory.put(User(team_id=TEAM, id=self.id, name="new", **fields))

    async def joins(self, inviter: SlackUserId | None = ANA, **fields: Any) -> Handle:
        """Start the first week, and wait until its first steps are done."""
        start = UserOnboardingInput(team_id=TEAM, user_id=self.id, inviter=inviter, **fields)
        handle = await self._env.start(
            "UserOnboardingWorkflow", start, onboarding_id(TEAM, self.id)
        )
        await self._env.idle()
        return handle

    async def tasks(self) -> list[Task]:
        """Get their open tasks, and terminate the workflows: a child prevents time skipping."""
        store = self._env.store.tasks
        while len(tasks := await store.list_owned(TEAM, self.id, 10)) < len(TEMPLATES):
            await self._env.idle()
        lives = [self._env.handle(lifecycle_id(task.id)) for task in tasks]
        # A worker may never finish a step of a terminated workflow, so all must be idle.
        await self._env.idle(*lives)
        for life in lives:
            await life.terminate()
        return tasks

    async def completes(self, task: Task) -> None:
        """Complete a task."""
        at = datetime.now(UTC)
        change = Completed(id=a_request(), task_id=task.id, at=at, actor=self.id)
        await self._env.store.tasks.apply(change)


@pytest.fixture
def newcomer(env: WorkflowEnv) -> Newcomer:
    return Newcomer(env)


async def test_newcomer_gets_a_welcome_and_the_template_tasks(
    env: WorkflowEnv, newcomer: Newcomer
) -> None:
    await newcomer.joins()

    tasks = await newcomer.tasks()

    assert {task.title for task in tasks} == {template.title for template in TEMPLATES}
    assert {task.creator for task in tasks} == {ANA}
    assert [posted.to for posted in env.told(NoticeKind.WELCOME)] == [newcomer.id]


async def test_onboarding_tasks_name_the_token(env: WorkflowEnv, newcomer: Newcomer) -> None:
    await newcomer.joins(via=CI)

    assert {task.via for task in await newcomer.tasks()} == {CI}


async def test_repeated_join_is_onboarded_once(env: WorkflowEnv, newcomer: Newcomer) -> None:
    """Slack may send `team_join` twice."""
    await newcomer.joins()
    await newcomer.joins()

    assert len(await newcomer.tasks()) == len(TEMPLATES)
    assert len(env.told(NoticeKind.WELCOME)) == 1


async def test_newcomer_is_asked_after_one_three_and_seven_days(
    env: WorkflowEnv, newcomer: Newcomer
) -> None:
    week = await newcomer.joins()
    await newcomer.tasks()
    joined_at = (await week.describe()).start_time

    await env.let_pass(week, 7 * DAY + MOMENT)
    await week.result()

    asked = [posted.at - joined_at for posted in env.told(NoticeKind.ONBOARDING_FOLLOW_UP)]
    assert [time // DAY for time in asked] == [1, 3, 7]
    assert all(time % DAY < MOMENT for time in asked)


async def test_follow_up_ends_when_all_tasks_are_done(env: WorkflowEnv, newcomer: Newcomer) -> None:
    week = await newcomer.joins()
    tasks = await newcomer.tasks()
    await env.advance(week, 2 * DAY)

    for task in tasks:
        await newcomer.completes(task)
    await env.let_pass(week, 2 * DAY)
    await week.result()

    assert len(env.told(NoticeKind.ONBOARDING_FOLLOW_UP)) == 1


async def test_inviter_gets_a_summary(env: WorkflowEnv, newcomer: Newcomer) -> None:
    week = await newcomer.joins()
    for task in await newcomer.tasks():
        await newcomer.completes(task)

    await env.let_pass(week, 2 * DAY)
    await week.result()

    (summary,) = env.told(NoticeKind.ONBOARDING_SUMMARY)
    assert summary.to == ANA
    assert newcomer.id in summary.message.text


async def test_summary_without_inviter_goes_to_the_admin_channel(
    env: WorkflowEnv, newcomer: Newcomer
) -> None:
    week = await newcomer.joins(inviter=None)
    await newcomer.tasks()

    await env.let_pass(week, 8 * DAY)
    await week.result()

    (summary,) = env.told(NoticeKind.ONBOARDING_SUMMARY)
    assert summary.channel == ADMINS


@pytest.mark.parametrize("fields", [{"is_guest": True}, {"is_bot": True}, {"is_outsider": True}])
async def test_unreachable_person_is_not_onboarded(
    env: WorkflowEnv, newcomer: Newcomer, fields: dict[str, bool]
) -> None:
    newcomer.is_known_as(**fields)

    await (await newcomer.joins()).result()

    assert env.messenger.messages == []
    assert await env.store.tasks.list_owned(TEAM, newcomer.id, 10) == []
