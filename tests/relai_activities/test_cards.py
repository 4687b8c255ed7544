"""Cards: each shows how its task stands, and no dead button stays."""

from relai_core.domain.ids import ChannelId, MessageTs, NoticeKey
from relai_core.domain.notice import NoticeKind
from relai_core.domain.task import Task
from relai_core.errors import UndeliverableError
from relai_core.ports import Message
from relai_core.store.database import Database
from tests.relai_activities.fakes import FakeMessenger
from tests.relai_activities.office import Office, a_notice
from tests.relai_core.builders import BEN, Changes


class Overtaken(FakeMessenger):
    """A Slack so slow that the task is completed while its card is posted."""

    def __init__(self, store: Database, task: Task) -> None:
        super().__init__()
        self._store = store
        self._task = task

    async def post(self, channel: ChannelId, message: Message, key: NoticeKey) -> MessageTs:
        await self._store.tasks.apply(Changes(self._task).completed(BEN))
        return await super().post(channel, message, key)


async def test_a_card_follows_its_task(office: Office) -> None:
    task = await office.task()
    await office.send(a_notice(NoticeKind.TASK_ASSIGNED, task))
    await office.store.tasks.apply(Changes(task).progressed(40, BEN))

    await office.refresh(task)

    (card,) = office.messenger.messages
    assert "40" in str(card.message.blocks)
    assert card.has_buttons


async def test_a_card_without_buttons_is_not_edited_any_more(office: Office) -> None:
    task = await office.task()
    await office.send(a_notice(NoticeKind.TASK_ASSIGNED, task))
    await office.store.tasks.apply(Changes(task).completed(BEN))

    refreshed = [await office.refresh(task), await office.refresh(task)]

    (card,) = office.messenger.messages
    assert refreshed == [1, 0]
    assert not card.has_buttons


async def test_a_task_that_moves_while_its_card_is_posted_is_shown_as_it_is(
    office: Office,
) -> None:
    task = await office.task()
    office.messenger = Overtaken(office.store, task)
    notice = a_notice(NoticeKind.TASK_ASSIGNED, task)

    await office.send(notice)

    (card,) = office.messenger.messages
    assert not card.has_buttons
    assert not (await office.row(notice)).live


async def test_a_card_that_slack_has_lost_is_given_up(office: Office) -> None:
    task = await office.task()
    notice = a_notice(NoticeKind.TASK_ASSIGNED, task)
    await office.send(notice)
    office.messenger.down = UndeliverableError("message_not_found")

    await office.refresh(task)

    assert not (await office.row(notice)).live


async def test_a_message_without_buttons_is_no_card(office: Office) -> None:
    task = await office.task()
    closed = await office.store.tasks.apply(Changes(task).completed(BEN))
    await office.send(a_notice(NoticeKind.TASK_COMPLETED, closed.task))

    assert await office.refresh(task) == 0
