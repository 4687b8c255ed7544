"""Conversations and their history."""

import pytest

from tests.devstack.slack_sandbox.conftest import Start
from tests.devstack.slack_sandbox.refusals import error_of, refusal
from tests.devstack.slack_sandbox.world import World

ALL_READ = ("chat:write", "im:write", "channels:read", "im:read", "channels:history", "mpim:write")


async def test_a_dm_is_opened_once(world: World) -> None:
    user = await world.user("ana")

    first = await world.slack.conversations_open(users=user)
    again = await world.slack.conversations_open(users=user, return_im=True)

    assert first["channel"]["id"].startswith("D")
    assert "already_open" not in first.data
    assert again["already_open"]
    assert again["channel"]["user"] == user


@pytest.mark.parametrize(
    ("name", "error"),
    [("dan", "user_disabled"), ("buildbot", "cannot_dm_bot"), ("relai", "cannot_dm_bot")],
)
async def test_deactivated_people_and_bots_have_no_dm(world: World, name: str, error: str) -> None:
    refused = world.slack.conversations_open(users=await world.user(name))

    assert await error_of(refused) == error


async def test_strangers_and_unknown_users_have_no_dm(world: World) -> None:
    stranger = await world.control("POST", "people", name="kim", is_stranger=True)
    opened = world.slack.conversations_open

    assert await error_of(opened(users=stranger["id"])) == "user_not_visible"
    assert await error_of(opened(users="U404")) == "user_not_found"
    assert await error_of(opened(users="USLACKBOT")) == "cannot_dm_bot"
    assert await error_of(world.slack.api_call("conversations.open")) == "users_list_not_supplied"


async def test_dm_of_a_deactivated_person_cannot_be_opened(world: World) -> None:
    await world.dm("bo")
    user = await world.user("bo")
    await world.control("PATCH", f"people/{user}", deleted=True)

    assert await error_of(world.slack.conversations_open(users=user)) == "user_disabled"


async def test_group_of_the_same_people_is_reused(start: Start) -> None:
    world = await start(scopes=ALL_READ)
    users = [await world.user("ana"), await world.user("bo")]

    first = await world.slack.conversations_open(users=users)
    again = await world.slack.conversations_open(users=users[::-1])

    assert first["channel"]["id"] == again["channel"]["id"]


async def test_a_group_needs_its_own_scope(world: World) -> None:
    users = [await world.user("ana"), await world.user("bo")]

    refused = await refusal(world.slack.conversations_open(users=users))

    assert (refused["error"], refused["needed"]) == ("missing_scope", "mpim:write")


async def test_channels_are_listed_page_by_page(start: Start) -> None:
    world = await start(scopes=ALL_READ)

    first = await world.slack.conversations_list(limit=1)
    cursor = first["response_metadata"]["next_cursor"]
    second = await world.slack.conversations_list(limit=1, cursor=cursor)

    names = [page["channels"][0]["name"] for page in (first, second)]
    assert names == ["general", "random"]
    assert second["response_metadata"]["next_cursor"] == ""


async def test_channel_type_needs_its_scope(start: Start) -> None:
    world = await start(scopes=ALL_READ)

    refused = await refusal(world.slack.conversations_list(types="private_channel"))

    assert refused["needed"] == "groups:read"
    assert await error_of(world.slack.conversations_list(types="club")) == "invalid_types"


async def test_a_channel_tells_its_name_and_members(start: Start) -> None:
    world = await start(scopes=ALL_READ)
    general = await world.channel("general")

    info = (await world.slack.conversations_info(channel=general))["channel"]
    members = (await world.slack.conversations_members(channel=general))["members"]

    assert (info["name"], info["is_member"]) == ("general", True)
    assert await world.user("ana") in members
    assert await world.user("dan") not in members


async def test_channels_of_a_person_are_listed(start: Start) -> None:
    world = await start(scopes=ALL_READ)

    found = await world.slack.users_conversations(user=await world.user("ana"))

    assert [channel["name"] for channel in found["channels"]] == ["general", "random"]


async def test_history_is_newest_first_and_paged(world: World) -> None:
    channel = await world.dm("ana")
    for text in "abc":
        await world.slack.chat_postMessage(channel=channel, text=text)

    first = await world.slack.conversations_history(channel=channel, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await world.slack.conversations_history(channel=channel, limit=2, cursor=cursor)

    assert [message["text"] for message in first["messages"]] == ["c", "b"]
    assert [message["text"] for message in rest["messages"]] == ["a"]
    assert (first["has_more"], rest["has_more"]) == (True, False)


async def test_history_is_limited_by_time(world: World) -> None:
    channel = await world.dm("ana")
    stamps = [
        (await world.slack.chat_postMessage(channel=channel, text=text))["ts"] for text in "abc"
    ]
    history = world.slack.conversations_history

    after = (await history(channel=channel, oldest=stamps[1]))["messages"]
    since = (await history(channel=channel, oldest=stamps[1], inclusive=True))["messages"]
    before = (await history(channel=channel, latest=stamps[1]))["messages"]

    assert [[m["text"] for m in part] for part in (after, since, before)] == [
        ["c"],
        ["c", "b"],
        ["a"],
    ]


async def test_history_omits_ephemeral_messages(start: Start) -> None:
    world = await start(scopes=ALL_READ)
    general = await world.channel("general")
    await world.slack.chat_postEphemeral(channel=general, user=await world.user("ana"), text="psst")

    assert (await world.slack.conversations_history(channel=general))["messages"] == []


async def test_the_history_of_a_channel_needs_its_scope(world: World) -> None:
    refused = world.slack.conversations_history(channel=await world.channel("general"))

    assert (await refusal(refused))["needed"] == "channels:history"


async def test_history_needs_membership(start: Start) -> None:
    world = await start(scopes=ALL_READ)

    refused = world.slack.conversations_history(channel=await world.channel("random"))

    assert await error_of(refused) == "not_in_channel"


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("cursor", "%%%", "invalid_cursor"),
        ("limit", "0", "invalid_limit"),
        ("limit", "many", "invalid_arguments"),
        ("oldest", "yesterday", "invalid_ts_oldest"),
    ],
)
async def test_invalid_paging_argument_is_named(
    world: World, argument: str, value: str, error: str
) -> None:
    channel = await world.dm("ana")
    await world.slack.chat_postMessage(channel=channel, text="x")

    refused = world.slack.api_call(
        "conversations.history", params={"channel": channel, argument: value}
    )

    assert await error_of(refused) == error
