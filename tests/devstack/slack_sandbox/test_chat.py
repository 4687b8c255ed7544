"""Messages that the app posts, changes and deletes."""

from typing import Any

import pytest

from tests.devstack.slack_sandbox.blocks import actions, button, section
from tests.devstack.slack_sandbox.conftest import Start
from tests.devstack.slack_sandbox.refusals import error_of, refusal
from tests.devstack.slack_sandbox.world import World

METADATA = {"event_type": "relay_notice", "event_payload": {"key": "T-1:asked:1"}}


async def test_a_posted_message_is_seen_by_its_person(world: World) -> None:
    posted = await world.slack.chat_postMessage(channel=await world.dm("ana"), text="Hello *you*")

    [seen] = await world.seen_by("ana")
    assert (seen["ts"], seen["text"]) == (posted["ts"], "Hello *you*")
    assert seen["bot_id"] == (await world.slack.auth_test())["bot_id"]
    assert "is_ephemeral" not in seen


async def test_timestamps_only_grow(world: World) -> None:
    channel = await world.dm("ana")

    stamps = [
        (await world.slack.chat_postMessage(channel=channel, text=str(number)))["ts"]
        for number in range(5)
    ]

    assert stamps == sorted(set(stamps))


async def test_user_id_is_accepted_as_a_channel(world: World) -> None:
    posted = await world.slack.chat_postMessage(channel=await world.user("ana"), text="x")

    assert posted["channel"] == await world.dm("ana")


async def test_post_to_a_deactivated_person_succeeds(world: World) -> None:
    channel, user = await world.dm("bo"), await world.user("bo")
    await world.control("PATCH", f"people/{user}", deleted=True)

    assert (await world.slack.chat_postMessage(channel=channel, text="x"))["ok"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C404"}, "channel_not_found"),
        ({"channel": "#random"}, "not_in_channel"),
        ({"text": ""}, "no_text"),
        ({"metadata": {"event_type": "relay_notice"}}, "invalid_metadata_format"),
        ({"thread_ts": "1.000001"}, "thread_not_found"),
        ({"markdown_text": "**y**"}, "markdown_text_conflict"),
    ],
)
async def test_invalid_post_is_refused(world: World, arguments: dict[str, Any], error: str) -> None:
    post = {"channel": "#general", "text": "x", **arguments}

    assert await error_of(world.slack.api_call("chat.postMessage", json=post)) == error


async def test_app_cannot_post_to_a_bot(world: World) -> None:
    refused = world.slack.chat_postMessage(channel=await world.user("buildbot"), text="x")

    assert await error_of(refused) == "cannot_dm_bot"


async def test_markdown_text_can_be_posted_alone(world: World) -> None:
    assert (await world.slack.chat_postMessage(channel="#general", markdown_text="**y**"))["ok"]


async def test_foreign_private_channel_is_not_found(world: World) -> None:
    members = [await world.user("ana")]
    made = await world.control("POST", "channels", name="board", members=members, is_private=True)

    refused = world.slack.chat_postMessage(channel=made["id"], text="x")

    assert await error_of(refused) == "channel_not_found"


async def test_public_channels_are_open_with_their_scope(start: Start) -> None:
    world = await start(scopes=("chat:write", "chat:write.public"))

    assert (await world.slack.chat_postMessage(channel="#random", text="x"))["ok"]


async def test_bad_blocks_are_refused_with_the_place(world: World) -> None:
    channel = await world.dm("ana")

    refused = await refusal(
        world.slack.chat_postMessage(channel=channel, text="x", blocks=[section("y" * 3001)])
    )

    assert refused["error"] == "invalid_blocks"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


async def test_a_very_long_text_is_cut_off(world: World) -> None:
    posted = await world.slack.chat_postMessage(channel="#general", text="x" * 40_001)

    assert len(posted["message"]["text"]) == 40_000


async def test_missing_ids_are_filled_in(world: World) -> None:
    blocks = [actions({"type": "button", "text": {"type": "plain_text", "text": "Go"}})]

    posted = await world.slack.chat_postMessage(channel="#general", text="x", blocks=blocks)

    [block] = posted["message"]["blocks"]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]


async def test_metadata_payload_is_shown_on_request_only(world: World) -> None:
    channel = await world.dm("ana")
    await world.slack.chat_postMessage(channel=channel, text="x", metadata=METADATA)
    history = world.slack.conversations_history

    [bare] = (await history(channel=channel))["messages"]
    [whole] = (await history(channel=channel, include_all_metadata=True))["messages"]

    assert bare["metadata"] == {"event_type": "relay_notice"}
    assert whole["metadata"] == METADATA


async def test_a_reply_goes_into_the_thread(world: World) -> None:
    channel = await world.dm("ana")
    parent = await world.slack.chat_postMessage(channel=channel, text="card")
    reply = await world.slack.chat_postMessage(
        channel=channel, text="reminder", thread_ts=parent["ts"]
    )

    thread = (await world.slack.conversations_replies(channel=channel, ts=parent["ts"]))["messages"]
    top = (await world.slack.conversations_history(channel=channel))["messages"]

    assert [message["ts"] for message in thread] == [parent["ts"], reply["ts"]]
    assert [(message["ts"], message["reply_count"]) for message in top] == [(parent["ts"], 1)]


async def test_an_ephemeral_message_is_for_one_person(world: World) -> None:
    general, ana = await world.channel("general"), await world.user("ana")

    await world.slack.chat_postEphemeral(channel=general, user=ana, text="psst")

    assert [message["is_ephemeral"] for message in await world.seen_by("ana", general)] == [True]
    assert await world.seen_by("bo", general) == []


async def test_an_ephemeral_message_needs_a_member(world: World) -> None:
    refused = world.slack.chat_postEphemeral(
        channel=await world.dm("ana"), user=await world.user("bo"), text="psst"
    )

    assert await error_of(refused) == "user_not_in_channel"


async def test_a_message_is_edited_in_place(world: World) -> None:
    channel = await world.dm("ana")
    posted = await world.slack.chat_postMessage(
        channel=channel, text="open", blocks=[section("open"), actions(button())]
    )

    await world.slack.chat_update(
        channel=channel, ts=posted["ts"], text="done", blocks=[section("done")]
    )

    [seen] = await world.seen_by("ana")
    assert (seen["text"], len(seen["blocks"])) == ("done", 1)
    assert seen["edited"]


async def test_update_with_text_alone_removes_the_blocks(world: World) -> None:
    channel = await world.dm("ana")
    posted = await world.slack.chat_postMessage(channel=channel, text="x", blocks=[section()])

    await world.slack.chat_update(channel=channel, ts=posted["ts"], text="done")

    assert "blocks" not in (await world.seen_by("ana"))[0]


async def test_update_with_blocks_alone_keeps_the_text(world: World) -> None:
    channel = await world.dm("ana")
    posted = await world.slack.chat_postMessage(channel=channel, text="x", metadata=METADATA)

    change = {"channel": channel, "ts": posted["ts"], "blocks": [section("y")]}
    await world.slack.api_call("chat.update", json=change)

    [seen] = await world.seen_by("ana")
    assert (seen["text"], seen["metadata"]) == ("x", METADATA)


async def test_update_has_a_shorter_text_limit(world: World) -> None:
    channel = await world.dm("ana")
    posted = await world.slack.chat_postMessage(channel=channel, text="x")

    refused = world.slack.chat_update(channel=channel, ts=posted["ts"], text="x" * 4_001)

    assert await error_of(refused) == "msg_too_long"


async def test_message_of_a_person_cannot_be_changed(world: World) -> None:
    user = await world.user("ana")
    said = await world.control("POST", "messages", user=user, text="mine")
    where = {"channel": said["channel"], "ts": said["ts"]}

    assert await error_of(world.slack.chat_update(**where, text="x")) == "cant_update_message"
    assert await error_of(world.slack.chat_delete(**where)) == "cant_delete_message"


async def test_an_ephemeral_message_can_not_be_updated(world: World) -> None:
    general = await world.channel("general")
    posted = await world.slack.chat_postEphemeral(
        channel=general, user=await world.user("ana"), text="psst"
    )

    refused = world.slack.chat_update(channel=general, ts=posted["message_ts"], text="x")

    assert await error_of(refused) == "message_not_found"


async def test_a_deleted_message_is_gone(world: World) -> None:
    channel = await world.dm("ana")
    posted = await world.slack.chat_postMessage(channel=channel, text="x")
    where = {"channel": channel, "ts": posted["ts"]}

    await world.slack.chat_delete(**where)

    assert await world.seen_by("ana") == []
    assert await error_of(world.slack.chat_delete(**where)) == "message_not_found"


async def test_a_permalink_names_channel_and_message(world: World) -> None:
    posted = await world.slack.chat_postMessage(channel="#general", text="x")

    link = await world.slack.chat_getPermalink(channel=posted["channel"], message_ts=posted["ts"])

    assert link["permalink"].endswith(f"/{posted['channel']}/p{posted['ts'].replace('.', '')}")
