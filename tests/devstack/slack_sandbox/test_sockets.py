"""Socket Mode: tickets, connections, envelopes."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.devstack.slack_sandbox.apps import saying
from tests.devstack.slack_sandbox.blocks import actions, button, home
from tests.devstack.slack_sandbox.refusals import error_of
from tests.devstack.slack_sandbox.world import World, eventually


async def ticket_url(world: World) -> str:
    client = AsyncWebClient("xapp-sandbox", base_url=f"{world.url}/api/", session=world.session)
    opened = await client.apps_connections_open(app_token="xapp-sandbox")
    return str(opened["url"])


async def raw_socket(world: World) -> aiohttp.ClientWebSocketResponse:
    """Connect without the SDK, past the hello."""
    socket = await world.session.ws_connect(await ticket_url(world))
    assert (await socket.receive_json())["type"] == "hello"
    return socket


async def test_the_first_frame_says_hello(world: World) -> None:
    async with world.session.ws_connect(await ticket_url(world)) as socket:
        hello = await socket.receive_json()

    app_id = (await world.control("GET", "workspace"))["app"]["id"]
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"] == {"app_id": app_id}
    assert hello["debug_info"]["approximate_connection_time"] > 0


async def test_a_ticket_opens_one_connection(world: World) -> None:
    url = await ticket_url(world)
    async with world.session.ws_connect(url), aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_ticket_expires(world: World) -> None:
    url = await ticket_url(world)
    world.clock.advance(31)

    with pytest.raises(aiohttp.WSServerHandshakeError):
        await world.session.ws_connect(url)


async def test_an_envelope_is_acknowledged_by_its_id(world: World) -> None:
    socket = await raw_socket(world)
    typing = asyncio.create_task(world.type("ana", "/task list"))

    envelope = await socket.receive_json()
    await socket.send_json({"envelope_id": "of-something-else"})
    await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "None"}})

    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert (await typing)["answer"] == {"text": "None"}
    await socket.close()


async def test_frame_that_is_not_a_json_object_is_ignored(world: World) -> None:
    socket = await raw_socket(world)
    await socket.send_str("sdk-ping-pong")
    await socket.send_str(json.dumps([1]))
    await world.control("POST", "people", name="eve")

    assert (await socket.receive_json())["type"] == "events_api"
    await socket.close()


async def test_answer_to_a_press_is_ignored(world: World) -> None:
    await world.socket_app(saying({"text": "ignored"}))
    user = await world.user("ana")
    view = (await world.slack.views_publish(user_id=user, view=home(actions(button()))))["view"]

    delivery = await world.control("POST", "actions", user=user, view=view["id"], action_id="done")

    assert (delivery["outcome"], delivery["answer"]) == ("ok", None)


async def test_payload_goes_to_one_of_the_sockets(world: World) -> None:
    apps = [await world.socket_app() for _ in range(3)]
    await eventually(lambda: _has_sockets(world, 3))

    for _ in range(5):
        await world.type("ana", "/task list")

    assert sum(app.received.qsize() for app in apps) == 5


async def _has_sockets(world: World, sockets: int) -> bool:
    return bool((await world.control("GET", "health"))["sockets"] == sockets)


async def test_eleventh_socket_is_refused(world: World) -> None:
    ten = [await raw_socket(world) for _ in range(10)]

    async with world.session.ws_connect(await ticket_url(world)) as eleventh:
        frame = await eleventh.receive_json()

    assert (frame["type"], frame["reason"]) == ("disconnect", "too_many_websockets")
    assert await _has_sockets(world, 10)
    for socket in ten:
        await socket.close()


async def test_a_closed_socket_is_dropped(world: World) -> None:
    socket = await raw_socket(world)
    assert (await world.control("GET", "health"))["transport"] == "socket"

    await socket.close()

    await eventually(lambda: _has_sockets(world, 0))
    assert (await world.control("GET", "health"))["transport"] == "none"


@pytest.mark.parametrize("disconnect", [{"reason": "refresh_requested"}, {"abort": True}])
async def test_app_reconnects_after_a_disconnect(world: World, disconnect: dict[str, Any]) -> None:
    app = await world.socket_app()
    first = app.client.current_session

    await world.control("POST", "sockets/disconnect", **disconnect)

    async def is_served() -> bool:
        """Type again until it is: the client may connect twice in a row."""
        is_new = app.client.current_session is not first
        return is_new and (await world.type("ana", "/task list"))["outcome"] == "ok"

    await eventually(is_served)


async def test_a_disconnect_is_announced_before_the_close(world: World) -> None:
    socket = await raw_socket(world)

    await asyncio.gather(world.control("POST", "sockets/disconnect"), _expect_disconnect(socket))


async def _expect_disconnect(socket: aiohttp.ClientWebSocketResponse) -> None:
    frame = await socket.receive_json()
    assert (frame["type"], frame["reason"]) == ("disconnect", "refresh_requested")
    assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_warning_leaves_the_socket_open(world: World) -> None:
    socket = await raw_socket(world)

    await world.control("POST", "sockets/disconnect", reason="warning")

    assert (await socket.receive_json())["reason"] == "warning"
    assert await _has_sockets(world, 1)
    await socket.close()


async def test_a_refused_upgrade_uses_the_ticket_up(world: World) -> None:
    await world.control("POST", "sockets/disconnect", refuse_next=1)
    url = await ticket_url(world)

    for _ in range(2):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await world.session.ws_connect(url)
    await (await raw_socket(world)).close()


async def test_bot_token_gets_no_ticket(world: World) -> None:
    refused = world.slack.apps_connections_open(app_token="xoxb-sandbox")

    assert await error_of(refused) == "not_allowed_token_type"
