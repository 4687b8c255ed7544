"""Signed HTTP to a request URL."""

import json
from urllib.parse import parse_qsl

import pytest

from tests.devstack.slack_sandbox.apps import HttpApp
from tests.devstack.slack_sandbox.blocks import actions, button
from tests.devstack.slack_sandbox.world import Json, World


async def test_a_command_is_a_signed_form(world: World) -> None:
    app = await world.http_app()

    await world.type("ana", "/task new fix payload & mañana")

    received = await app.received.get()
    assert received.signed
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(received.body))["text"] == "new fix payload &amp; mañana"
    assert "text=new+fix+payload+%26amp%3B+ma%C3%B1ana&" in received.body


async def test_an_interaction_is_json_in_a_signed_form(world: World) -> None:
    app = await world.http_app()
    posted = await world.slack.chat_postMessage(
        channel=await world.dm("ana"), text="x", blocks=[actions(button())]
    )
    press = {"user": await world.user("ana"), "channel": posted["channel"], "ts": posted["ts"]}

    await world.control("POST", "actions", **press, action_id="done")

    received = await app.received.get()
    [(name, value)] = parse_qsl(received.body)
    assert (received.signed, name) == (True, "payload")
    assert json.loads(value)["type"] == "block_actions"


async def test_an_event_is_signed_json(world: World) -> None:
    app = await world.http_app()

    await world.control("POST", "people", name="eve")

    received = await app.received.get()
    assert received.signed
    assert received.headers["content-type"] == "application/json"
    assert received.payload["event"]["type"] == "team_join"


async def test_socket_is_preferred_to_http(world: World) -> None:
    http_app = await world.http_app()
    socket_app = await world.socket_app()

    delivery = await world.type("ana", "/task list")

    assert delivery["transport"] == "socket"
    assert (http_app.received.empty(), socket_app.received.empty()) == (True, False)


async def test_a_request_url_is_verified_by_its_challenge(world: World) -> None:
    app = await world.http_app()
    elsewhere = f"{world.url}/control/health"

    good = await world.control("PUT", "request-url", url=app.url)
    bad = await world.control("PUT", "request-url", url=elsewhere)
    none = await world.control("PUT", "request-url", url=None)

    assert (good["verified"], bad["verified"], none["verified"]) == (True, False, False)
    assert (await world.control("GET", "health"))["transport"] == "none"


async def test_app_that_is_down_fails_the_dispatch(world: World) -> None:
    app = HttpApp(answer=_nothing)
    async with app.running():
        pass
    assert not (await world.control("PUT", "request-url", url=app.url))["verified"]

    assert (await world.type("ana", "/task list"))["outcome"] == "dispatch_failed"


async def _nothing(_payload: Json) -> None:
    return None


@pytest.mark.parametrize(
    ("sign", "signed"), [("good", True), ("forged", False), ("stale", False), ("absent", False)]
)
async def test_a_payload_can_be_signed_wrongly(world: World, sign: str, signed: bool) -> None:
    app = await world.http_app()
    raw = {"kind": "event", "payload": {"type": "event_callback"}, "sign": sign}

    await world.control("POST", "deliveries", **raw)

    received = await app.received.get()
    assert received.signed is signed
    assert ("x-slack-signature" in received.headers) is (sign != "absent")


async def test_a_wrong_signature_needs_http(world: World) -> None:
    await world.socket_app()
    raw = {"kind": "event", "payload": {}, "sign": "forged"}

    status, refused = await world.ask("POST", "deliveries", raw)

    assert (status, refused["error"]) == (400, "no_request_url")
