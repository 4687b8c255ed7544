"""Modals that people submit and close."""

from typing import Any

import pytest

from tests.devstack.slack_sandbox.apps import Answer, SocketApp, saying, silent, unanswered
from tests.devstack.slack_sandbox.blocks import (
    actions,
    button,
    input_block,
    modal,
    option,
    section,
    select,
    text_input,
)
from tests.devstack.slack_sandbox.world import Json, World


async def opened(world: World, app: SocketApp, view: Json) -> Json:
    """Open a modal for ana; what is sent from now on is in `app.received`."""
    app.answer = silent
    await world.type("ana", "/task new")
    trigger_id = (await app.received.get()).payload["trigger_id"]
    return dict((await world.slack.views_open(trigger_id=trigger_id, view=view))["view"])


async def submitted(world: World, answer: Answer, view: Json | None = None) -> tuple[Json, Json]:
    """Submit a modal to an app that answers so; return the delivery and the view."""
    app = await world.socket_app()
    shown = await opened(world, app, view or modal())
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
    shown = await opened(world, app, view)

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
    delivery, _ = await submitted(world, silent)

    assert delivery["view_outcome"] == "closed"
    assert await shown_to(world, "ana") == []


async def test_errors_keep_it_open(world: World) -> None:
    answer = {"response_action": "errors", "errors": {"title": "Taken"}}

    delivery, view = await submitted(world, saying(answer))

    assert (delivery["view_outcome"], delivery["errors"]) == ("errors", {"title": "Taken"})
    assert [shown["id"] for shown in await shown_to(world, "ana")] == [view["id"]]


async def test_an_update_replaces_it(world: World) -> None:
    answer = {"response_action": "update", "view": modal(section("Thanks"), callback_id="thanks")}

    delivery, view = await submitted(world, saying(answer))

    assert delivery["view_outcome"] == "updated"
    [shown] = await shown_to(world, "ana")
    assert (shown["id"], shown["callback_id"]) == (view["id"], "thanks")


async def test_a_push_puts_another_on_top(world: World) -> None:
    answer = {"response_action": "push", "view": modal(callback_id="more")}

    delivery, view = await submitted(world, saying(answer))

    assert delivery["view_outcome"] == "pushed"
    below, top = await shown_to(world, "ana")
    assert (below["id"], top["previous_view_id"]) == (view["id"], view["id"])


async def test_only_the_top_one_can_be_submitted(world: World) -> None:
    answer = {"response_action": "push", "view": modal(callback_id="more")}
    _, view = await submitted(world, saying(answer))
    body = {"user": await world.user("ana"), "values": {}}

    status, refused = await world.ask("POST", f"views/{view['id']}/submit", body)

    assert (status, refused["error"]) == (400, "view_not_on_top")


async def test_clear_closes_all(world: World) -> None:
    app = await world.socket_app()
    view = await opened(world, app, modal())
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
async def test_an_answer_slack_does_not_take_fails(world: World, answer: Json) -> None:
    delivery, view = await submitted(world, saying(answer))

    assert delivery["view_outcome"] == "failed"
    assert [shown["id"] for shown in await shown_to(world, "ana")] == [view["id"]]


async def test_without_an_answer_it_fails_and_stays_open(world: World) -> None:
    delivery, _ = await submitted(world, unanswered)

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
async def test_what_the_client_refuses_is_not_sent(world: World, element: Json, value: Any) -> None:
    app = await world.socket_app()
    view = await opened(world, app, modal(input_block(element, "it")))

    delivery = await submit(world, view, {"it": {"it": value}})

    assert (delivery["view_outcome"], delivery["outcome"]) == ("errors", "withheld")
    assert list(delivery["errors"]) == ["it"]
    assert app.received.empty()


async def test_a_modal_without_a_submit_button_is_not_submitted(world: World) -> None:
    app = await world.socket_app()
    view = await opened(world, app, modal(section(), actions(button()), submit=None))
    body = {"user": await world.user("ana"), "values": {}}

    status, _ = await world.ask("POST", f"views/{view['id']}/submit", body)

    assert status == 400


async def test_nobody_submits_for_another(world: World) -> None:
    app = await world.socket_app()
    view = await opened(world, app, modal())
    body = {"user": await world.user("bo"), "values": {}}

    status, refused = await world.ask("POST", f"views/{view['id']}/submit", body)

    assert (status, refused["error"]) == (400, "not_your_view")


async def test_an_input_that_is_not_there_can_not_be_filled_in(world: World) -> None:
    app = await world.socket_app()
    view = await opened(world, app, modal())
    body = {"user": await world.user("ana"), "values": {"title": {"colour": "red"}}}

    status, refused = await world.ask("POST", f"views/{view['id']}/submit", body)

    assert (status, refused["error"]) == (400, "element_not_shown")


async def test_closing_tells_an_app_that_wants_to_know(world: World) -> None:
    app = await world.socket_app()
    view = await opened(world, app, modal(notify_on_close=True))

    await world.control("POST", f"views/{view['id']}/close", user=await world.user("ana"))

    payload = (await app.received.get()).payload
    assert (payload["type"], payload["is_cleared"]) == ("view_closed", False)
    assert payload["view"]["id"] == view["id"]
    assert await shown_to(world, "ana") == []


async def test_closing_quietly_is_told_to_nobody(world: World) -> None:
    app = await world.socket_app()
    view = await opened(world, app, modal())

    answer = await world.control("POST", f"views/{view['id']}/close", user=await world.user("ana"))

    assert answer == {}
    assert app.received.empty()
