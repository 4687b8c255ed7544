"""Messages posted to the sandbox, lost on the way, and found again in the history."""

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


async def test_posted_message_is_seen_by_the_person(
    world: World, messenger: SlackMessenger, channel: ChannelId
) -> None:
    await messenger.post(channel, MESSAGE, KEY)

    assert await seen(world) == [MESSAGE.text]


async def test_links_in_a_message_do_not_unfurl(
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
    """The retry handlers of the SDK would post two messages and report one."""
    await fault(world, "chat.postMessage", "lost_after")

    with pytest.raises(AmbiguousDeliveryError):
        await messenger.post(channel, MESSAGE, KEY)

    assert await seen(world) == [MESSAGE.text]
    assert len(await posts(world)) == 1


async def test_post_has_a_time_limit_of_its_own(
    world: World, channel: ChannelId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session's limit covers one connection only; the ledger relies on a limit of the post."""
    monkeypatch.setattr(messenger_module, "CALL_TIMEOUT", timedelta(milliseconds=200))
    await fault(world, "chat.postMessage", "slow", delay=0.6)
    async with aiohttp.ClientSession() as session:
        patient = create_client("xoxb-sandbox", f"{world.url}/api/", session)

        with pytest.raises(AmbiguousDeliveryError):
            await SlackMessenger(patient).post(channel, MESSAGE, KEY)


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


async def test_too_long_history_is_an_error(
    messenger: SlackMessenger, channel: ChannelId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message may be on a page that was not read."""
    monkeypatch.setattr(messenger_module, "_PAGE", 1)
    monkeypatch.setattr(messenger_module, "_MOST_PAGES", 2)
    since = datetime.now(UTC)
    for number in range(4):
        await messenger.post(channel, MESSAGE, NoticeKey(f"other-{number}"))

    with pytest.raises(UndeliverableError, match="history_too_long"):
        await messenger.find_posted(channel, KEY, since)


async def test_message_from_before_the_attempt_is_ignored(
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


async def test_missing_message_cannot_be_updated(
    messenger: SlackMessenger, channel: ChannelId
) -> None:
    with pytest.raises(UndeliverableError, match="message_not_found"):
        await messenger.update(channel, MessageTs("1.000001"), MESSAGE)


async def test_rate_limit_carries_the_wait(
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
