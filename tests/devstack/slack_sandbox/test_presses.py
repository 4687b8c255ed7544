"""Presses and choices in messages and views."""

from typing import Any

import pytest

from tests.devstack.slack_sandbox.apps import SocketApp, unanswered
from tests.devstack.slack_sandbox.blocks import (
    actions,
    button,
    home,
    input_block,
    modal,
    option,
    section,
    select,
    text_input,
)
from tests.devstack.slack_sandbox.world import Json, World


async def card(world: World, *elements: Json, **more: Any) -> Json:
    """Post a card to ana and return its place."""
    shown = list(elements) or [button(value="T-1")]
    posted = await world.slack.chat_postMessage(
        channel=await world.dm("ana"),
        text="card",
        blocks=[section(), actions(*shown, block_id="acts")],
        **more,
    )
    return {"user": await world.user("ana"), "channel": posted["channel"], "ts": posted["ts"]}


async def next_payload(app: SocketApp) -> Json:
    return dict((await app.received.get()).payload)


async def test_press_payload_has_slacks_form(world: World) -> None:
    app = await world.socket_app()
    there = await card(world)

    await world.control("POST", "actions", **there, action_id="done")

    payload = await next_payload(app)
    [action] = payload["actions"]
    assert payload["type"] == "block_actions"
    assert (payload["user"]["id"], payload["user"]["username"]) == (there["user"], "ana")
    assert payload["team"]["id"] == payload["user"]["team_id"]
    assert payload["container"] == {
        "type": "message",
        "message_ts": there["ts"],
        "channel_id": there["channel"],
        "is_ephemeral": False,
    }
    assert payload["channel"] == {"id": there["channel"], "name": "directmessage"}
    assert payload["message"]["ts"] == there["ts"]
    assert (action["type"], action["action_id"], action["block_id"], action["value"]) == (
        "button",
        "done",
        "acts",
        "T-1",
    )
    assert action["action_ts"]
    assert payload["trigger_id"]
    assert payload["response_url"].startswith(f"{world.url}/actions/")


async def test_press_in_an_ephemeral_message_omits_the_message(world: World) -> None:
    app = await world.socket_app()
    general, user = await world.channel("general"), await world.user("ana")
    posted = await world.slack.chat_postEphemeral(
        channel=general, user=user, text="card", blocks=[actions(button())]
    )

    press = {"user": user, "channel": general, "ts": posted["message_ts"], "action_id": "done"}
    await world.control("POST", "actions", **press)

    payload = await next_payload(app)
    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload


async def test_a_press_in_a_thread_names_the_thread(world: World) -> None:
    app = await world.socket_app()
    parent = await card(world)
    reply = await card(world, thread_ts=parent["ts"])

    await world.control("POST", "actions", **reply, action_id="done")

    assert (await next_payload(app))["container"]["thread_ts"] == parent["ts"]


CHOICES: list[tuple[Json, Any, Json]] = [
    (select("pick"), "high", {"selected_option": option("high")}),
    (select("pick"), None, {"selected_option": None}),
    ({"type": "users_select", "action_id": "pick"}, "U1", {"selected_user": "U1"}),
    (
        {"type": "datepicker", "action_id": "pick"},
        "2026-03-01",
        {"selected_date": "2026-03-01"},
    ),
    ({"type": "timepicker", "action_id": "pick"}, "09:30", {"selected_time": "09:30"}),
    (
        {"type": "datetimepicker", "action_id": "pick"},
        1_900_000_000,
        {"selected_date_time": 1_900_000_000},
    ),
    (
        {"type": "checkboxes", "action_id": "pick", "options": [option("a"), option("b")]},
        ["b"],
        {"selected_options": [option("b")]},
    ),
    (
        {"type": "radio_buttons", "action_id": "pick", "options": [option("a")]},
        "a",
        {"selected_option": option("a")},
    ),
    (
        {"type": "overflow", "action_id": "pick", "options": [option("a")]},
        "a",
        {"selected_option": option("a")},
    ),
]


@pytest.mark.parametrize(
    ("element", "choice", "state"), CHOICES, ids=[f"{e['type']}-{c}" for e, c, _ in CHOICES]
)
async def test_choice_has_the_form_of_its_element(
    world: World, element: Json, choice: Any, state: Json
) -> None:
    app = await world.socket_app()
    there = await card(world, element)

    await world.control("POST", "actions", **there, action_id="pick", selected=choice)

    [action] = (await next_payload(app))["actions"]
    assert {name: action[name] for name in state} == state
    assert action["type"] == element["type"]


async def test_press_carries_the_other_choices_of_its_message(world: World) -> None:
    app = await world.socket_app()
    there = await card(world, select(), button("go"))
    await world.control("POST", "actions", **there, action_id="priority", selected="high")
    await next_payload(app)

    await world.control("POST", "actions", **there, action_id="go")

    state = (await next_payload(app))["state"]["values"]
    assert state == {
        "acts": {"priority": {"type": "static_select", "selected_option": option("high")}}
    }


async def test_unknown_option_is_refused(world: World) -> None:
    there = await card(world, select())

    status, refused = await world.ask(
        "POST", "actions", {**there, "action_id": "priority", "selected": "urgent"}
    )

    assert (status, refused["error"]) == (400, "no_such_option")


async def test_element_that_is_not_shown_cannot_be_pressed(world: World) -> None:
    there = await card(world)

    unknown = await world.ask("POST", "actions", {**there, "action_id": "delete"})
    tampered = await world.ask("POST", "actions", {**there, "action_id": "done", "value": "T-2"})
    gone = await world.ask("POST", "actions", {**there, "ts": "1.000001", "action_id": "done"})

    assert (unknown[0], unknown[1]["error"]) == (400, "element_not_shown")
    assert (tampered[0], tampered[1]["error"]) == (400, "value_not_shown")
    assert (gone[0], gone[1]["error"]) == (404, "message_not_found")


async def test_press_in_a_foreign_dm_is_refused(world: World) -> None:
    there = await card(world)

    status, refused = await world.ask(
        "POST", "actions", {**there, "user": await world.user("bo"), "action_id": "done"}
    )

    assert (status, refused["error"]) == (400, "not_in_channel")


async def test_forced_press_is_sent_unchecked(world: World) -> None:
    app = await world.socket_app()
    there = await card(world)
    forged = {**there, "user": await world.user("bo"), "force": True}

    await world.control("POST", "actions", **forged, action_id="done", value="T-2")
    await world.control("POST", "actions", **forged, action_id="delete", value="T-3")

    first, second = await next_payload(app), await next_payload(app)
    assert (first["user"]["id"], first["actions"][0]["value"]) == (forged["user"], "T-2")
    assert (second["actions"][0]["action_id"], second["actions"][0]["value"]) == ("delete", "T-3")


async def test_unanswered_press_shows_no_message(world: World) -> None:
    await world.socket_app(unanswered)
    there = await card(world)

    delivery = await world.control("POST", "actions", **there, action_id="done")

    assert delivery["outcome"] == "operation_timeout"
    assert len(await world.seen_by("ana")) == 1


async def test_press_in_a_home_has_no_response_url(world: World) -> None:
    app = await world.socket_app()
    user = await world.user("ana")
    view = (await world.slack.views_publish(user_id=user, view=home(actions(button()))))["view"]

    await world.control("POST", "actions", user=user, view=view["id"], action_id="done")

    payload = await next_payload(app)
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["view"]["type"] == "home"
    assert "response_url" not in payload


async def test_choice_in_a_home_is_kept(world: World) -> None:
    app = await world.socket_app()
    user = await world.user("ana")
    view = home(actions(select(), block_id="acts"))
    view_id = (await world.slack.views_publish(user_id=user, view=view))["view"]["id"]

    press = {"user": user, "view": view_id, "action_id": "priority", "selected": "low"}
    await world.control("POST", "actions", **press)

    values = (await next_payload(app))["view"]["state"]["values"]
    assert values["acts"]["priority"]["selected_option"] == option("low")


async def test_input_is_sent_only_with_dispatch_action(world: World) -> None:
    app = await world.socket_app()
    await world.type("ana", "/task new")
    trigger = (await next_payload(app))["trigger_id"]
    fields = modal(
        input_block(text_input("quiet"), "quiet"),
        input_block(text_input("loud"), "loud", dispatch_action=True),
    )
    view_id = (await world.slack.views_open(trigger_id=trigger, view=fields))["view"]["id"]
    typed = {"user": await world.user("ana"), "view": view_id, "value": "x"}

    quiet, _ = await world.ask("POST", "actions", {**typed, "action_id": "quiet"})
    loud, _ = await world.ask("POST", "actions", {**typed, "action_id": "loud"})

    assert (quiet, loud) == (400, 200)
    assert (await next_payload(app))["actions"][0]["value"] == "x"
