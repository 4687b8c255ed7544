"""Posts of the app to a `response_url`."""

from typing import Any

from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.devstack.slack_sandbox.blocks import actions, button, section
from tests.devstack.slack_sandbox.world import World


async def command_url(world: World, **more: Any) -> str:
    delivery = await world.type("ana", "/task new", **more)
    return str(delivery["payload"]["response_url"])


async def action_url(world: World, where: dict[str, Any]) -> str:
    delivery = await world.control("POST", "actions", **where, action_id="done")
    return str(delivery["payload"]["response_url"])


async def respond(world: World, url: str, **body: Any) -> tuple[int, str]:
    client = AsyncWebhookClient(url, session=world.session, retry_handlers=[])
    answer = await client.send_dict(body)
    return answer.status_code, answer.body


async def card(world: World) -> dict[str, Any]:
    posted = await world.slack.chat_postMessage(
        channel=await world.dm("ana"), text="open", blocks=[section(), actions(button())]
    )
    return {"user": await world.user("ana"), "channel": posted["channel"], "ts": posted["ts"]}


async def test_a_response_is_seen_by_the_person_only(world: World) -> None:
    await world.socket_app()
    general = await world.channel("general")
    url = await command_url(world, channel=general)

    assert await respond(world, url, text="Created") == (200, "ok")

    assert [m["text"] for m in await world.seen_by("ana", general)] == ["Created"]
    assert await world.seen_by("bo", general) == []


async def test_a_response_in_channel_is_seen_by_all(world: World) -> None:
    await world.socket_app()
    general = await world.channel("general")
    url = await command_url(world, channel=general)

    await respond(world, url, text="Created", response_type="in_channel")

    assert [m["text"] for m in await world.seen_by("bo", general)] == ["Created"]


async def test_response_url_takes_five_posts(world: World) -> None:
    await world.socket_app()
    url = await command_url(world)

    statuses = [(await respond(world, url, text="x"))[0] for _ in range(6)]

    assert statuses == [200] * 5 + [404]


async def test_response_url_expires_after_half_an_hour(world: World) -> None:
    await world.socket_app()
    url = await command_url(world)
    world.clock.advance(30 * 60 + 1)

    assert (await respond(world, url, text="x"))[0] == 404


async def test_forged_response_url_is_refused(world: World) -> None:
    assert (await respond(world, f"{world.url}/commands/T1/forged", text="x"))[0] == 404


async def test_the_original_is_replaced_in_place(world: World) -> None:
    await world.socket_app()
    where = await card(world)

    await respond(world, await action_url(world, where), text="done", replace_original=True)

    [seen] = await world.seen_by("ana")
    assert (seen["ts"], seen["text"]) == (where["ts"], "done")
    assert "blocks" not in seen


async def test_the_original_is_deleted(world: World) -> None:
    await world.socket_app()
    where = await card(world)

    await respond(world, await action_url(world, where), delete_original=True)

    assert await world.seen_by("ana") == []


async def test_original_message_stays_by_default(world: World) -> None:
    await world.socket_app()
    where = await card(world)

    await respond(world, await action_url(world, where), text="Only you see this")

    assert [m.get("is_ephemeral") for m in await world.seen_by("ana")] == [None, True]


async def test_an_ephemeral_original_can_be_replaced(world: World) -> None:
    await world.socket_app()
    user, general = await world.user("ana"), await world.channel("general")
    posted = await world.slack.chat_postEphemeral(
        channel=general, user=user, text="open", blocks=[actions(button())]
    )
    where = {"user": user, "channel": general, "ts": posted["message_ts"]}

    await respond(world, await action_url(world, where), text="done", replace_original=True)

    [seen] = await world.seen_by("ana", general)
    assert (seen["text"], seen["is_ephemeral"]) == ("done", True)


async def test_a_command_has_no_original_to_delete(world: World) -> None:
    await world.socket_app()

    assert (await respond(world, await command_url(world), delete_original=True))[0] == 400


async def test_refused_response_does_not_use_up_the_url(world: World) -> None:
    await world.socket_app()
    url = await command_url(world)
    long = [section("x" * 3001)]

    refused = [await respond(world, url, text="x", blocks=long) for _ in range(6)]

    assert [status for status, _ in refused] == [400] * 6
    assert "invalid_blocks" in refused[0][1]
    assert (await respond(world, url, text="x"))[0] == 200


async def test_response_that_is_not_json_is_refused(world: World) -> None:
    await world.socket_app()

    async with world.session.post(await command_url(world), data="text=hello") as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_payload")
