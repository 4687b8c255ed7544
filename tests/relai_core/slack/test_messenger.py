"""Messages out, through the sandbox: what is posted, what is lost, and what is found again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from relai_core.domain.ids import ChannelId, MessageTs, NoticeKey, SlackUserId
from relai_core.errors import AmbiguousDeliveryError, RateLimitedError, UndeliverableError
from relai_core.ports import Message
from relai_core.slack import messenger as messenger_module
from relai_core.slack.client import create_client
from relai_core.slack.messenger import SlackMessenger
from tests.devstack.slack_sandbox.world import World
from tests.relai_core.slack.faults import fault

KEY = NoticeKey("T1-task:task_assigned:m:UANA")
MESSAGE = Message("Hello <@U1>", [{"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}])


@pytest.fixture
def messenger(client: AsyncWebClient) -> SlackMessenger:
    return SlackMessenger(client)


@pytest.fixture
async def channel(world: World, messenger: SlackMessenger) -> ChannelId:
    return await messenger.open_dm(SlackUserId(await world.user("ana")))


async def seen(world: World) -> list[str]:
    return [message["text"] for message in await world.seen_by("ana")]


async def posts(world: World) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = (await world.control("GET", "calls?method=chat.postMessage"))[
        "calls"
    ]
    return calls


async def test_a_message_is_posted_where_the_person_sees_it(
    world: World, messenger: SlackMessenger, channel: ChannelId
) -> None:
    await messenger.post(channel, MESSAGE, KEY)

    assert await seen(world) == [MESSAGE.text]


async def test_links_in_a_message_unfold_nothing(
    world: World, messenger: SlackMessenger, channel: ChannelId
) -> None:
    await messenger.post(channel, MESSAGE, KEY)

    arguments = (await posts(world))[0]["arguments"]
    assert not any(_is_true(arguments[name]) for name in ("unfurl_links", "unfurl_media"))


def _is_true(argument: Any) -> bool:
    return argument in (True, 1, "1", "true", "True")


async def test_a_lost_answer_is_ambiguous_and_leaves_one_message(
    world: World, messenger: SlackMessenger, channel: ChannelId
) -> None:
    """With the retry handlers of the SDK two messages would be stored, and one told of."""
    await fault(world, "chat.postMessage", "lost_after")

    with pytest.raises(AmbiguousDeliveryError):
        await messenger.post(channel, MESSAGE, KEY)

    assert await seen(world) == [MESSAGE.text]
    assert len(await posts(world)) == 1


async def test_a_post_is_given_up_in_time_however_long_its_session_would_wait(
    world: World, channel: ChannelId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session's limit is for each try to connect, and others reckon with that of the post."""
    monkeypatch.setattr(messenger_module, "CALL_TIMEOUT", timedelta(milliseconds=200))
    await fault(world, "chat.postMessage", "slow", delay=2)
    async with aiohttp.ClientSession() as session:
        patient = create_client("xoxb-sandbox", f"{world.url}/api/", session)

        with pytest.raises(AmbiguousDeliveryError):
            await SlackMessenger(patient).post(channel, MESSAGE, KEY)


async def test_the_handlers_of_the_sdk_would_post_twice(world: World, channel: ChannelId) -> None:
    """What the product's own client is for: remove it if the SDK ever changes its mind."""
    await fault(world, "chat.postMessage", "lost_after")
    async with aiohttp.ClientSession() as session:
        careless = AsyncWebClient("xoxb-sandbox", f"{world.url}/api/", session=session)

        await SlackMessenger(careless).post(channel, MESSAGE, KEY)

    assert await seen(world) == [MESSAGE.text] * 2


async def test_a_message_whose_answer_was_lost_is_found_by_its_key(
    world: World, messenger: SlackMessenger, channel: ChannelId
) -> None:
    since = datetime.now(UTC)
    await messenger.post(channel, MESSAGE, NoticeKey("another"))
    await fault(world, "chat.postMessage", "lost_after")
    with pytest.raises(AmbiguousDeliveryError):
        await messenger.post(channel, MESSAGE, KEY)

    found = await messenger.find_posted(channel, KEY, since)

    assert found == (await world.seen_by("ana"))[1]["ts"]


async def test_a_message_that_never_arrived_is_not_found(
    world: World, messenger: SlackMessenger, channel: ChannelId
) -> None:
    since = datetime.now(UTC)
    await fault(world, "chat.postMessage", "lost_before")
    with pytest.raises(AmbiguousDeliveryError):
        await messenger.post(channel, MESSAGE, KEY)

    assert await messenger.find_posted(channel, KEY, since) is None


async def test_a_message_on_a_later_page_is_found(
    messenger: SlackMessenger, channel: ChannelId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messenger_module, "_PAGE", 2)
    since = datetime.now(UTC)
    wanted = await messenger.post(channel, MESSAGE, KEY)
    for number in range(5):
        await messenger.post(channel, MESSAGE, NoticeKey(f"later-{number}"))

    assert await messenger.find_posted(channel, KEY, since) == wanted


async def test_an_endless_history_is_not_taken_for_an_answer(
    messenger: SlackMessenger, channel: ChannelId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not found on the pages that were read does not mean not there."""
    monkeypatch.setattr(messenger_module, "_PAGE", 1)
    monkeypatch.setattr(messenger_module, "_MOST_PAGES", 2)
    since = datetime.now(UTC)
    for number in range(4):
        await messenger.post(channel, MESSAGE, NoticeKey(f"other-{number}"))

    with pytest.raises(UndeliverableError, match="history_too_long"):
        await messenger.find_posted(channel, KEY, since)


async def test_a_message_from_long_before_is_not_taken_for_it(
    messenger: SlackMessenger, channel: ChannelId
) -> None:
    await messenger.post(channel, MESSAGE, KEY)

    since = datetime.now(UTC) + timedelta(minutes=5)

    assert await messenger.find_posted(channel, KEY, since) is None


async def test_an_update_replaces_the_message(
    world: World, messenger: SlackMessenger, channel: ChannelId
) -> None:
    ts = await messenger.post(channel, MESSAGE, KEY)

    await messenger.update(channel, ts, MESSAGE._replace(text="Done"))

    assert await seen(world) == ["Done"]


async def test_an_updated_message_still_carries_its_key(
    messenger: SlackMessenger, channel: ChannelId
) -> None:
    since = datetime.now(UTC)
    ts = await messenger.post(channel, MESSAGE, KEY)

    await messenger.update(channel, ts, MESSAGE._replace(text="Done"))

    assert await messenger.find_posted(channel, KEY, since) == ts


async def test_a_message_that_is_gone_can_not_be_updated(
    messenger: SlackMessenger, channel: ChannelId
) -> None:
    with pytest.raises(UndeliverableError, match="message_not_found"):
        await messenger.update(channel, MessageTs("1.000001"), MESSAGE)


async def test_too_many_calls_say_how_long_to_wait(
    world: World, messenger: SlackMessenger, channel: ChannelId
) -> None:
    await fault(world, "chat.postMessage", "ratelimited", retry_after=7)

    with pytest.raises(RateLimitedError) as limited:
        await messenger.post(channel, MESSAGE, KEY)

    assert limited.value.retry_after == timedelta(seconds=7)
    assert len(await posts(world)) == 1


async def test_a_deactivated_person_has_no_dm(world: World, messenger: SlackMessenger) -> None:
    cy = await world.control("POST", "people", name="leaver", deleted=True, announce=False)

    with pytest.raises(UndeliverableError, match="user_disabled"):
        await messenger.open_dm(SlackUserId(cy["id"]))
