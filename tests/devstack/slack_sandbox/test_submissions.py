"""Modals that people submit and close."""

from typing import Any

import pytest

from tests.devstack.slack_sandbox.apps import Answer, SocketApp, saying, silent, unanswered
from tests.devstack.slack_sandbox.blocks import (
    actions,
    input_block,
    modal,
    option,
    section,
    select,
    text_input,
)
from tests.devstack.slack_sandbox.world import Json, World


async def open_modal(world: World, app: SocketApp, view: Json) -> Json:
    """Open a modal for ana; `app.received` is empty afterwards."""
    app.answer = silent
    await world.type("ana", "/task new")
    trigger_id = (await app.received.get()).payload["trigger_id"]
    return dict((await world.slack.views_open(trigger_id=trigger_id, view=view))["view"])


async def submit_modal(world: World, answer: Answer, view: Json | None = None) -> tuple[Json, Json]:
    """Submit a modal to an app with this answer; return the delivery and the view."""
    app = await world.socket_app()
    shown = await open_modal(world, app, view or modal())
    app.answer = answer
    return await submit(world, shown, {"title": {"title": "Milk"}}), shown


async def submit(world: World, view: Json, values: Json) -> Json:
    body = {"user": await world.user("ana"), "values": values}
    return await world.control("POST", f"views/{view['id']}/submit", **body)


async def shown_to(world: World, name: str) -> list[Json]:
    views = await world.control("GET", f"views?user={await world.user(name)}")
    return list(views["views"])


async def test_a_submission_brings_every_input(world: World) -> None:
    app = await world.socket_app()
    view = modal(
        input_block(text_input()),
        input_block(text_input("note"), "note", optional=True),
        input_block(select(initial_option=option("low")), "priority"),
        input_block({"type": "multi_users_select", "action_id": "who"}, "who", optional=True),
        actions({"type": "datepicker", "action_id": "due"}, block_id="due"),
        private_metadata="from:ana",
    )
    shown = await open_modal(world, app, view)

    await submit(world, shown, {"title": {"title": "Milk"}, "who": {"who": ["U1", "U2"]}})

    payload = (await app.received.get()).payload
    assert payload["type"] == "view_submission"
    assert (payload["view"]["id"], payload["view"]["private_metadata"]) == (shown["id"], "from:ana")
    assert payload["response_urls"] == []
    assert payload["view"]["state"]["values"] == {
        "title": {"title": {"type": "plain_text_input", "value": "Milk"}},
        "note": {"note": {"type": "plain_text_input", "value": None}},
        "priority": {"priority": {"type": "static_select", "selected_option": option("low")}},
        "who": {"who": {"type": "multi_users_select", "selected_users": ["U1", "U2"]}},
        "due": {"due": {"type": "datepicker", "selected_date": None}},
    }


async def test_an_empty_answer_closes_the_modal(world: World) -> None:
    delivery, _ = await submit_modal(world, silent)

    assert delivery["view_outcome"] == "closed"
    assert await shown_to(world, "ana") == []


async def test_errors_keep_the_modal_open(world: World) -> None:
    answer = {"response_action": "errors", "errors": {"title": "Taken"}}

    delivery, view = await submit_modal(world, saying(answer))

    assert (delivery["view_outcome"], delivery["errors"]) == ("errors", {"title": "Taken"})
    assert [shown["id"] for shown in await shown_to(world, "ana")] == [view["id"]]


async def test_update_replaces_the_modal(world: World) -> None:
    answer = {"response_action": "update", "view": modal(section("Thanks"), callback_id="thanks")}

    delivery, view = await submit_modal(world, saying(answer))

    assert delivery["view_outcome"] == "updated"
    [shown] = await shown_to(world, "ana")
    assert (shown["id"], shown["callback_id"]) == (view["id"], "thanks")


async def test_push_opens_another_modal_on_top(world: World) -> None:
    answer = {"response_action": "push", "view": modal(callback_id="more")}

    delivery, view = await submit_modal(world, saying(answer))

    assert delivery["view_outcome"] == "pushed"
    below, top = await shown_to(world, "ana")
    assert (below["id"], top["previous_view_id"]) == (view["id"], view["id"])


async def test_only_the_top_modal_can_be_submitted(world: World) -> None:
    answer = {"response_action": "push", "view": modal(callback_id="more")}
    _, view = await submit_modal(world, saying(answer))
    body = {"user": await world.user("ana"), "values": {}}

    status, refused = await world.ask("POST", f"views/{view['id']}/submit", body)

    assert (status, refused["error"]) == (400, "view_not_on_top")


async def test_clear_closes_all_modals(world: World) -> None:
    app = await world.socket_app()
    view = await open_modal(world, app, modal())
    app.answer = saying({"response_action": "push", "view": modal()})
    await submit(world, view, {"title": {"title": "Milk"}})
    [_, top] = await shown_to(world, "ana")
    app.answer = saying({"response_action": "clear"})

    delivery = await submit(world, top, {"title": {"title": "Milk"}})

    assert delivery["view_outcome"] == "closed"
    assert await shown_to(world, "ana") == []


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "errors"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "dance"},
    ],
)
async def test_invalid_answer_keeps_the_modal_open(world: World, answer: Json) -> None:
    delivery, view = await submit_modal(world, saying(answer))

    assert delivery["view_outcome"] == "failed"
    assert [shown["id"] for shown in await shown_to(world, "ana")] == [view["id"]]


async def test_unanswered_submission_keeps_the_modal_open(world: World) -> None:
    delivery, _ = await submit_modal(world, unanswered)

    assert (delivery["outcome"], delivery["view_outcome"]) == ("operation_timeout", "failed")
    assert len(await shown_to(world, "ana")) == 1


CLIENT_REFUSES: list[tuple[Json, Any]] = [
    (text_input("it"), None),
    (text_input("it"), ""),
    (text_input("it", max_length=3), "four"),
    (text_input("it", min_length=3), "no"),
    (select("it"), None),
    ({"type": "multi_users_select", "action_id": "it"}, []),
]


@pytest.mark.parametrize(("element", "value"), CLIENT_REFUSES)
async def test_invalid_input_is_not_sent(world: World, element: Json, value: Any) -> None:
    app = await world.socket_app()
    view = await open_modal(world, app, modal(input_block(element, "it")))

    delivery = await submit(world, view, {"it": {"it": value}})

    assert (delivery["view_outcome"], delivery["outcome"]) == ("errors", "withheld")
    assert list(delivery["errors"]) == ["it"]
    assert app.received.empty()


@pytest.mark.parametrize(
    ("view", "name", "values", "error"),
    [
        pytest.param(modal(section(), submit=None), "ana", {}, "invalid_request", id="no button"),
        pytest.param(modal(), "bo", {}, "not_your_view", id="another person"),
        pytest.param(
            modal(), "ana", {"title": {"colour": "red"}}, "element_not_shown", id="unknown input"
        ),
    ],
)
async def test_impossible_submission_is_refused(
    world: World, view: Json, name: str, values: Json, error: str
) -> None:
    shown = await open_modal(world, await world.socket_app(), view)
    body = {"user": await world.user(name), "values": values}

    status, refused = await world.ask("POST", f"views/{shown['id']}/submit", body)

    assert (status, refused["error"]) == (400, error)


async def test_closing_is_sent_with_notify_on_close(world: World) -> None:
    app = await world.socket_app()
    view = await open_modal(world, app, modal(notify_on_close=True))

    await world.control("POST", f"views/{view['id']}/close", user=await world.user("ana"))

    payload = (await app.received.get()).payload
    assert (payload["type"], payload["is_cleared"]) == ("view_closed", False)
    assert payload["view"]["id"] == view["id"]
    assert await shown_to(world, "ana") == []


async def test_closing_is_not_sent_by_default(world: World) -> None:
    app = await world.socket_app()
    view = await open_modal(world, app, modal())

    answer = await world.control("POST", f"views/{view['id']}/close", user=await world.user("ana"))

    assert answer == {}
    assert app.received.empty()
