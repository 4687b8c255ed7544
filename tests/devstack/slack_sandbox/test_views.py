"""Modals and Home tabs, as the app opens and changes them."""

from tests.devstack.slack_sandbox.apps import SocketApp
from tests.devstack.slack_sandbox.blocks import home, input_block, modal, plain, section, text_input
from tests.devstack.slack_sandbox.refusals import error_of, refusal
from tests.devstack.slack_sandbox.world import Json, World


async def trigger(world: World, app: SocketApp) -> str:
    """Return a fresh trigger of ana's."""
    await world.type("ana", "/task new")
    return str((await app.received.get()).payload["trigger_id"])


async def trigger_in(world: World, app: SocketApp, view: Json) -> str:
    """Return the trigger of a press inside a modal of ana's."""
    press = {"user": await world.user("ana"), "view": view["id"], "action_id": "x", "force": True}
    await world.control("POST", "actions", **press)
    return str((await app.received.get()).payload["trigger_id"])


async def stack(world: World) -> list[str]:
    views = await world.control("GET", f"views?user={await world.user('ana')}")
    return [view["id"] for view in views["views"]]


async def test_a_modal_opens_for_the_person_of_the_trigger(world: World) -> None:
    app = await world.socket_app()

    opened = await world.slack.views_open(
        trigger_id=await trigger(world, app), view=modal(private_metadata="T-1")
    )

    view = opened["view"]
    assert await stack(world) == [view["id"]]
    assert (view["callback_id"], view["private_metadata"]) == ("new_task", "T-1")
    assert (view["root_view_id"], view["previous_view_id"]) == (view["id"], None)
    assert view["state"]["values"] == {
        "title": {"title": {"type": "plain_text_input", "value": None}}
    }


async def test_trigger_opens_one_modal(world: World) -> None:
    app = await world.socket_app()
    trigger_id = await trigger(world, app)
    await world.slack.views_open(trigger_id=trigger_id, view=modal())

    again = world.slack.views_open(trigger_id=trigger_id, view=modal())

    assert await error_of(again) == "exchanged_trigger_id"


async def test_trigger_expires_after_three_seconds(world: World) -> None:
    app = await world.socket_app()
    trigger_id = await trigger(world, app)
    world.clock.advance(3.1)

    late = world.slack.views_open(trigger_id=trigger_id, view=modal())

    assert await error_of(late) == "expired_trigger_id"


async def test_forged_trigger_is_refused(world: World) -> None:
    invented = world.slack.views_open(trigger_id="1.2.abc", view=modal())

    assert await error_of(invented) == "invalid_trigger_id"


async def test_refused_view_does_not_use_up_the_trigger(world: World) -> None:
    app = await world.socket_app()
    trigger_id = await trigger(world, app)

    refused = await refusal(
        world.slack.views_open(trigger_id=trigger_id, view=modal(title=plain("x" * 25)))
    )

    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert (await world.slack.views_open(trigger_id=trigger_id, view=modal()))["ok"]


async def test_at_most_three_modals_are_stacked(world: World) -> None:
    app = await world.socket_app()
    first = await world.slack.views_open(trigger_id=await trigger(world, app), view=modal())
    top = first["view"]
    for _ in range(2):
        pressed = await trigger_in(world, app, top)
        top = (await world.slack.views_push(trigger_id=pressed, view=modal()))["view"]

    fourth = world.slack.views_push(trigger_id=await trigger_in(world, app, top), view=modal())

    assert await error_of(fourth) == "push_limit_reached"
    assert len(await stack(world)) == 3
    assert top["root_view_id"] == first["view"]["id"]
    assert top["previous_view_id"] == (await stack(world))[1]


async def test_push_needs_an_open_modal(world: World) -> None:
    app = await world.socket_app()

    refused = world.slack.views_push(trigger_id=await trigger(world, app), view=modal())

    assert await error_of(refused) == "not_found"


async def test_a_modal_is_updated_by_id_and_by_external_id(world: World) -> None:
    app = await world.socket_app()
    opened = await world.slack.views_open(
        trigger_id=await trigger(world, app), view=modal(external_id="task-1")
    )

    by_id = await world.slack.views_update(
        view_id=opened["view"]["id"], view=modal(section("Loading"), external_id="task-1")
    )
    by_name = await world.slack.views_update(
        external_id="task-1", view=modal(section("There"), external_id="task-1")
    )

    assert by_id["view"]["hash"] != opened["view"]["hash"]
    assert by_name["view"]["blocks"][0]["text"]["text"] == "There"
    assert await stack(world) == [opened["view"]["id"]]


async def test_update_with_an_old_hash_is_a_conflict(world: World) -> None:
    app = await world.socket_app()
    opened = (await world.slack.views_open(trigger_id=await trigger(world, app), view=modal()))[
        "view"
    ]
    update = world.slack.views_update
    await update(view_id=opened["id"], hash=opened["hash"], view=modal())

    late = update(view_id=opened["id"], hash=opened["hash"], view=modal())

    assert await error_of(late) == "hash_conflict"


async def test_input_survives_an_update(world: World) -> None:
    app = await world.socket_app()
    fields = modal(input_block(text_input(), optional=True), section("Loading"))
    opened = await world.slack.views_open(trigger_id=await trigger(world, app), view=fields)
    view_id = opened["view"]["id"]
    world.sandbox.workspace.views.enter(
        world.sandbox.workspace.views.stack_of(await world.user("ana"))[0],
        {"title": {"title": {"type": "plain_text_input", "value": "Milk"}}},
    )

    updated = await world.slack.views_update(
        view_id=view_id, view=modal(input_block(text_input()), section("There"))
    )

    assert updated["view"]["state"]["values"]["title"]["title"]["value"] == "Milk"


async def test_unknown_modal_is_not_found(world: World) -> None:
    assert await error_of(world.slack.views_update(view_id="V404", view=modal())) == "not_found"


async def test_a_home_is_published_and_replaced(world: World) -> None:
    user = await world.user("ana")

    first = await world.slack.views_publish(user_id=user, view=home(section("one")))
    second = await world.slack.views_publish(
        user_id=user, view=home(section("two")), hash=first["view"]["hash"]
    )

    shown = (await world.control("GET", f"home?user={user}"))["view"]
    assert first["view"]["id"] == second["view"]["id"] == shown["id"]
    assert shown["blocks"][0]["text"]["text"] == "two"
    assert await stack(world) == []


async def test_home_with_an_old_hash_is_a_conflict(world: World) -> None:
    user = await world.user("ana")
    await world.slack.views_publish(user_id=user, view=home())

    late = world.slack.views_publish(user_id=user, view=home(), hash="1.abcdef00")

    assert await error_of(late) == "hash_conflict"


async def test_modal_and_home_are_not_interchangeable(world: World) -> None:
    app = await world.socket_app()
    publish = world.slack.views_publish(user_id=await world.user("ana"), view=modal())
    open_ = world.slack.views_open(trigger_id=await trigger(world, app), view=home())

    assert await error_of(publish) == "invalid_arguments"
    assert await error_of(open_) == "invalid_arguments"


async def test_external_id_is_unique(world: World) -> None:
    app = await world.socket_app()
    for_ana = modal(external_id="task-1")
    await world.slack.views_open(trigger_id=await trigger(world, app), view=for_ana)
    await world.type("bo", "/task new")
    bos = (await app.received.get()).payload["trigger_id"]

    refused = world.slack.views_open(trigger_id=bos, view=for_ana)

    assert await error_of(refused) == "duplicate_external_id"
