"""Slash commands that people type."""

import asyncio
from datetime import timedelta

from tests.devstack.slack_sandbox.apps import saying, unanswered
from tests.devstack.slack_sandbox.blocks import section
from tests.devstack.slack_sandbox.conftest import Start
from tests.devstack.slack_sandbox.world import Json, World, eventually


async def test_command_payload_has_slacks_form(world: World) -> None:
    app = await world.socket_app()

    await world.type("ana", "/task new Buy milk @bo")

    payload = (await app.received.get()).payload
    workspace = await world.control("GET", "workspace")
    assert payload["command"] == "/task"
    assert payload["text"] == f"new Buy milk <@{await world.user('bo')}|bo>"
    assert payload["user_id"] == await world.user("ana")
    assert payload["user_name"] == "ana"
    assert payload["channel_name"] == "directmessage"
    assert payload["team_id"] == workspace["team"]["id"]
    assert payload["api_app_id"] == workspace["app"]["id"]
    assert payload["is_enterprise_install"] == "false"


async def test_a_command_can_be_typed_in_a_channel(world: World) -> None:
    app = await world.socket_app()

    await world.type("ana", "/task list", channel=await world.channel("general"))

    assert (await app.received.get()).payload["channel_name"] == "general"


async def test_answer_is_seen_by_one_person_only(world: World) -> None:
    general = await world.channel("general")
    await world.socket_app(saying({"text": "Created"}))

    await world.type("ana", "/task new x", channel=general)

    assert [m["text"] for m in await world.seen_by("ana", general)] == ["Created"]
    assert (await world.seen_by("ana", general))[0]["is_ephemeral"]
    assert await world.seen_by("bo", general) == []


async def test_an_answer_in_channel_is_seen_by_everyone(world: World) -> None:
    general = await world.channel("general")
    await world.socket_app(saying({"text": "Created", "response_type": "in_channel"}))

    await world.type("ana", "/task new x", channel=general)

    assert [m["text"] for m in await world.seen_by("bo", general)] == ["Created"]


async def test_a_plain_text_answer_becomes_a_message(world: World) -> None:
    await world.http_app(saying("Created"))

    delivery = await world.type("ana", "/task new x")

    assert delivery["answer"] == {"text": "Created"}
    assert [m["text"] for m in await world.seen_by("ana")] == ["Created"]


async def test_an_empty_answer_shows_no_message(world: World) -> None:
    await world.socket_app()

    delivery = await world.type("ana", "/task new x")

    assert delivery["outcome"] == "ok"
    assert await world.seen_by("ana") == []


async def test_command_without_an_app_fails(world: World) -> None:
    delivery = await world.type("ana", "/task new x")

    assert delivery["outcome"] == "dispatch_failed"
    assert delivery["transport"] == "none"
    assert [(m["text"], m["is_ephemeral"]) for m in await world.seen_by("ana")] == [
        ('/task failed with the error "dispatch_failed"', True)
    ]


async def test_command_without_an_answer_times_out(world: World) -> None:
    await world.socket_app(unanswered)

    delivery = await world.type("ana", "/task new x")

    assert delivery["outcome"] == "operation_timeout"
    assert [m["text"] for m in await world.seen_by("ana")] == [
        '/task failed with the error "operation_timeout"'
    ]


async def test_late_answer_is_recorded_and_not_shown(world: World) -> None:
    release = asyncio.Event()

    async def late(_payload: Json) -> Json:
        await release.wait()
        return {"text": "Created"}

    await world.socket_app(late)
    await world.type("ana", "/task new x")
    release.set()

    async def is_recorded() -> bool:
        deliveries = await world.control("GET", "deliveries?kind=command")
        return bool(deliveries["deliveries"][0]["late"])

    await eventually(is_recorded)
    deliveries = await world.control("GET", "deliveries?kind=command")
    assert deliveries["deliveries"][0]["answer"] == {"text": "Created"}
    assert deliveries["deliveries"][0]["outcome"] == "operation_timeout"
    assert len(await world.seen_by("ana")) == 1


async def test_an_answer_slack_would_refuse_shows_as_an_error(world: World) -> None:
    await world.socket_app(saying({"text": "x", "blocks": [section("y" * 3001)]}))

    await world.type("ana", "/task new x")

    assert [m["text"] for m in await world.seen_by("ana")] == [
        '/task failed with the error "invalid_command_response"'
    ]


async def test_a_command_can_not_be_typed_in_a_thread(world: World) -> None:
    status, refused = await world.ask(
        "POST",
        "commands",
        {"user": await world.user("ana"), "text": "/task list", "thread_ts": "1.000000"},
    )

    assert (status, refused["error"]) == (400, "not_in_threads")


async def test_deactivated_person_cannot_type_commands(world: World) -> None:
    body = {"user": await world.user("dan"), "text": "/task list"}

    status, refused = await world.ask("POST", "commands", body)

    assert (status, refused["error"]) == (400, "cannot_act")


async def test_time_to_acknowledge_is_an_option(start: Start) -> None:
    world = await start(ack_within=timedelta(seconds=3))

    async def after_a_moment(_payload: Json) -> Json:
        await asyncio.sleep(0.5)
        return {"text": "Created"}

    await world.socket_app(after_a_moment)

    assert (await world.type("ana", "/task new x"))["outcome"] == "ok"


async def test_server_error_of_the_app_fails_at_once(world: World) -> None:
    app = await world.http_app()
    app.status = 500

    delivery = await world.type("ana", "/task new x")

    assert (delivery["outcome"], delivery["status"]) == ("dispatch_failed", 500)


async def test_slow_http_app_times_out(world: World) -> None:
    await world.http_app(unanswered)

    assert (await world.type("ana", "/task new x"))["outcome"] == "operation_timeout"
