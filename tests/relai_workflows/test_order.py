"""Notices that wait for Slack are sent in the order in which they were made."""

from datetime import timedelta

from relai_core.domain.notice import NoticeKind
from relai_core.errors import TransientMessengerError
from relai_workflows.outcomes import HEARING_GRACE
from tests.relai_core.builders import BEN, a_new_task
from tests.relai_workflows.workflow_driver import begin
from tests.relai_workflows.workflow_env import WorkflowEnv

NEXT_TRY = timedelta(minutes=2)


async def test_delayed_notices_of_a_task_keep_their_order(env: WorkflowEnv) -> None:
    """First the card, then the outcome of each unconfirmed request."""
    env.messenger.down = TransientMessengerError("service_unavailable")
    life = await begin(env, a_new_task(owner=BEN))
    await life.ask(life.new.request_id)
    changes = [life.says.progressed(percent, BEN) for percent in (20, 40, 60)]
    for change in changes:
        await life.signal("progressed", change)
        await env.let_pass(life.handle, 2 * HEARING_GRACE)

    env.messenger.down = None
    await env.let_pass(life.handle, NEXT_TRY)
    await env.idle()

    to_ben = [posted.key for posted in env.messenger.messages if posted.to == BEN]
    said = [key.split(":")[1:3] for key in to_ben]
    assert said == [
        [NoticeKind.TASK_ASSIGNED, "created"],
        *([NoticeKind.TASK_UPDATED, change.id] for change in changes),
    ]
