"""Cards show the current task and keep no outdated button."""

from relai_core.domain.ids import ChannelId, MessageTs, NoticeKey
from relai_core.domain.notice import NoticeKind
from relai_core.domain.task import Task
from relai_core.errors import UndeliverableError
from relai_core.ports import Message
from relai_core.store.database import Database
from tests.relai_activities.activity_harness import ActivityHarness, a_notice
from tests.relai_activities.fakes import FakeMessenger
from tests.relai_core.builders import BEN, Changes


class CompletesDuringPost(FakeMessenger):
    """A messenger during whose post the task is completed."""

    def __init__(self, store: Database, task: Task) -> None:
        super().__init__()
        self._store = store
        self._task = task

    async def post(self, channel: ChannelId, message: Message, key: NoticeKey) -> MessageTs:
        await self._store.tasks.apply(Changes(self._task).completed(BEN))
        return await super().post(channel, message, key)


async def test_card_shows_changes_of_its_task(harness: ActivityHarness) -> None:
    task = await harness.task()
    await harness.send(a_notice(NoticeKind.TASK_ASSIGNED, task))
    await harness.store.tasks.apply(Changes(task).progressed(40, BEN))

    await harness.refresh(task)

    (card,) = harness.messenger.messages
    assert "40" in str(card.message.blocks)
    assert card.has_buttons


async def test_card_without_buttons_is_not_edited_again(harness: ActivityHarness) -> None:
    task = await harness.task()
    await harness.send(a_notice(NoticeKind.TASK_ASSIGNED, task))
    await harness.store.tasks.apply(Changes(task).completed(BEN))

    refreshed = [await harness.refresh(task), await harness.refresh(task)]

    (card,) = harness.messenger.messages
    assert refreshed == [1, 0]
    assert not card.has_buttons


async def test_task_completed_during_the_post_has_no_buttons(harness: ActivityHarness) -> None:
    task = await harness.task()
    harness.messenger = CompletesDuringPost(harness.store, task)
    notice = a_notice(NoticeKind.TASK_ASSIGNED, task)

    await harness.send(notice)

    (card,) = harness.messenger.messages
    assert not card.has_buttons
    assert not (await harness.row(notice)).live


async def test_missing_card_is_given_up(harness: ActivityHarness) -> None:
    task = await harness.task()
    notice = a_notice(NoticeKind.TASK_ASSIGNED, task)
    await harness.send(notice)
    harness.messenger.down = UndeliverableError("message_not_found")

    await harness.refresh(task)

    assert not (await harness.row(notice)).live


async def test_a_message_without_buttons_is_no_card(harness: ActivityHarness) -> None:
    task = await harness.task()
    closed = await harness.store.tasks.apply(Changes(task).completed(BEN))
    await harness.send(a_notice(NoticeKind.TASK_COMPLETED, closed.task))

    assert await harness.refresh(task) == 0
