"""The control API: people, channels, deliveries, the stream, and malformed requests."""

import json
from typing import Any

import pytest

from tests.devstack.slack_sandbox.apps import saying
from tests.devstack.slack_sandbox.blocks import modal
from tests.devstack.slack_sandbox.conftest import Start
from tests.devstack.slack_sandbox.world import World


async def test_the_workspace_has_its_demo_people(world: World) -> None:
    workspace = await world.control("GET", "workspace")

    people = {person["name"]: person for person in workspace["people"]}
    assert set(people) == {"relai", "ana", "bo", "cy", "gus", "dan", "buildbot"}
    assert (people["gus"]["is_restricted"], people["dan"]["deleted"]) == (True, True)
    assert people["ana"]["snooze_until"] is None
    assert [channel["name"] for channel in workspace["channels"]] == ["general", "random"]


async def test_ids_have_slacks_form(world: World) -> None:
    workspace = await world.control("GET", "workspace")

    ids = [
        workspace["team"]["id"],
        workspace["app"]["id"],
        workspace["app"]["bot_id"],
        workspace["people"][1]["id"],
        workspace["channels"][0]["id"],
        await world.dm("ana"),
    ]
    assert [one[0] for one in ids] == ["T", "A", "B", "U", "C", "D"]
    assert all(one.isalnum() and one.isupper() and len(one) >= 9 for one in ids)


async def test_an_empty_workspace_has_only_the_app(start: Start) -> None:
    world = await start(empty=True)

    people = (await world.control("GET", "workspace"))["people"]

    assert [person["name"] for person in people] == ["relai"]


async def test_person_is_created_with_all_fields(world: World) -> None:
    person = await world.control(
        "POST", "people", id="U0ZOE", name="zoe", tz="Asia/Kolkata", is_ultra_restricted=True
    )

    assert (person["id"], person["tz_offset"]) == ("U0ZOE", 19_800)
    assert person["is_ultra_restricted"]
    assert person["real_name"] == "Zoe"


async def test_stranger_belongs_to_another_team(world: World) -> None:
    stranger = await world.control("POST", "people", name="kim", is_stranger=True)

    assert stranger["is_stranger"]
    assert stranger["team_id"] != (await world.control("GET", "workspace"))["team"]["id"]


async def test_a_person_changes_field_by_field(world: World) -> None:
    user = await world.user("bo")

    await world.control("PATCH", f"people/{user}", tz="Asia/Tokyo", snooze_until=1_900_000_000)
    changed = await world.control("PATCH", f"people/{user}", snooze_until=None)

    assert (changed["tz"], changed["snooze_until"]) == ("Asia/Tokyo", None)
    assert changed["real_name"] == "Bo Carter"


REFUSED: list[tuple[str, str, Any, int]] = [
    ("POST", "people", {}, 400),
    ("POST", "people", {"name": "two words"}, 400),
    ("POST", "people", {"name": "ana"}, 400),
    ("POST", "people", {"name": "zoe", "tz": "Mars/Olympus"}, 400),
    ("POST", "people", {"name": "zoe", "tz": "../../etc/passwd"}, 400),
    ("POST", "people", {"name": "zoe", "id": "zoe"}, 400),
    ("POST", "people", {"name": "zoe", "mood": "good"}, 400),
    ("POST", "people", [1], 400),
    ("PATCH", "people/U404", {"tz": "UTC"}, 404),
    ("POST", "channels", {"name": "general", "members": []}, 400),
    ("POST", "channels", {"name": "new", "members": ["U404"]}, 404),
    ("POST", "commands", {"user": "U404", "text": "/task"}, 404),
    ("POST", "commands", {"text": "/task"}, 400),
    ("POST", "actions", {"user": "U404", "action_id": "a", "view": "V404"}, 404),
    ("POST", "views/V404/submit", {"user": "U404"}, 404),
    ("POST", "deliveries/nothing/repeat", {}, 404),
    ("POST", "deliveries", {"kind": "letter", "payload": {}}, 400),
    ("POST", "sockets/disconnect", {"reason": "boredom"}, 400),
    ("PUT", "request-url", {"url": "ftp://example.com"}, 400),
    ("PUT", "request-url", {}, 400),
    ("GET", "messages", None, 404),
    ("GET", "messages?user=U404", None, 404),
    ("GET", "views", None, 404),
    ("GET", "nowhere", None, 404),
    ("DELETE", "people", None, 405),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), REFUSED)
async def test_bad_request_gets_an_error_and_a_message(
    world: World, method: str, path: str, body: Any, status: int
) -> None:
    answered, refused = await world.ask(method, path, body)

    assert answered == status
    assert set(refused) == {"error", "message"}
    assert refused["message"]


async def test_broken_bodies_are_refused_without_a_trace(world: World) -> None:
    address = f"{world.url}/control/people"
    json_type = {"Content-Type": "application/json"}
    bodies: list[tuple[bytes, dict[str, str]]] = [
        (b"{", json_type),
        (b"\xff\xfe", json_type),
        (b'{"name": "zoe"}', {"Content-Type": "text/plain"}),
    ]

    for body, headers in bodies:
        async with world.session.post(address, data=body, headers=headers) as answer:
            assert answer.status == 400
            assert "Traceback" not in await answer.text()


async def test_unknown_channel_and_foreign_dm_are_refused(world: World) -> None:
    user, dm = await world.user("bo"), await world.dm("ana")

    unknown = await world.ask("GET", f"messages?user={user}&channel=C404")
    foreign = await world.ask("GET", f"messages?user={user}&channel={dm}")

    assert (unknown[0], foreign[0]) == (404, 400)


async def test_action_without_a_message_or_view_is_refused(world: World) -> None:
    body = {"user": await world.user("ana"), "action_id": "done"}

    assert (await world.ask("POST", "actions", body))[0] == 400


async def test_home_cannot_be_closed(world: World) -> None:
    user = await world.user("ana")
    view = (await world.slack.views_publish(user_id=user, view={"type": "home", "blocks": []}))[
        "view"
    ]

    assert (await world.ask("POST", f"views/{view['id']}/close", {"user": user}))[0] == 400


async def test_delivery_can_be_repeated(world: World) -> None:
    app = await world.socket_app(saying({"text": "Created"}))
    first = await world.type("ana", "/task new x")

    path = f"deliveries/{first['id']}/repeat"
    again = (await world.control("POST", path, times=2, concurrently=True))["deliveries"]

    assert [delivery["answer"] for delivery in again] == [{"text": "Created"}] * 2
    received = [await app.received.get() for _ in range(3)]
    assert len({request.payload["trigger_id"] for request in received}) == 1
    assert len({request.envelope_id for request in received}) == 3
    assert len(await world.seen_by("ana")) == 1


async def test_repetition_can_carry_retry_fields(world: World) -> None:
    app = await world.socket_app()
    await world.control("POST", "people", name="eve")
    original = await app.received.get()
    [delivery] = (await world.control("GET", "deliveries?kind=event"))["deliveries"]

    again = {"retry_num": 1, "retry_reason": "http_timeout", "new_envelope": False}
    await world.control("POST", f"deliveries/{delivery['id']}/repeat", **again)

    repeated = await app.received.get()
    assert (repeated.retry_attempt, repeated.retry_reason) == (1, "http_timeout")
    assert repeated.envelope_id == original.envelope_id


async def test_a_raw_payload_is_delivered_as_given(world: World) -> None:
    app = await world.socket_app()

    await world.control("POST", "deliveries", kind="interactive", payload={"type": "odd"})

    assert (await app.received.get()).payload == {"type": "odd"}


async def test_changes_are_streamed(world: World) -> None:
    channel, user = await world.dm("ana"), await world.user("ana")
    async with world.session.get(f"{world.url}/control/stream") as stream:
        await stream.content.readuntil(b"\n\n")

        await world.slack.chat_postMessage(channel=channel, text="x")
        posted = await _next_change(stream.content)
        await world.slack.views_publish(user_id=user, view={"type": "home", "blocks": []})
        published = await _next_change(stream.content)

    assert stream.content_type == "text/event-stream"
    assert posted == {"changed": "messages", "channel": channel}
    assert published == {"changed": "views", "user": user}


async def _next_change(content: Any) -> dict[str, str]:
    line = await content.readuntil(b"\n\n")
    return dict(json.loads(line.removeprefix(b"data: ")))


async def test_a_person_sees_their_modals(world: World) -> None:
    app = await world.socket_app()
    await world.type("ana", "/task new")
    trigger_id = (await app.received.get()).payload["trigger_id"]
    await world.slack.views_open(trigger_id=trigger_id, view=modal())

    anas = await world.control("GET", f"views?user={await world.user('ana')}")
    bos = await world.control("GET", f"views?user={await world.user('bo')}")

    assert ([view["callback_id"] for view in anas["views"]], bos["views"]) == (["new_task"], [])
