"""Blocks and views that Slack accepts or refuses."""

from typing import Any

import pytest

from devstack.slack_sandbox.block_rules import message_problems
from devstack.slack_sandbox.view_rules import view_problems
from tests.devstack.slack_sandbox.blocks import (
    CONFIRM,
    GOOD,
    actions,
    button,
    home,
    input_block,
    modal,
    option,
    plain,
    section,
    select,
    text_input,
)
from tests.devstack.slack_sandbox.world import World

Json = dict[str, Any]
BAD: list[tuple[Json, str]] = [
    ({"type": "marquee"}, "unsupported type: marquee [json-pointer:/blocks/0/type]"),
    ({"type": "section"}, "missing required field: text"),
    (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    (section("x" * 3001), "must be less than 3001 characters"),
    ({"type": "section", "fields": [plain("x")] * 11}, "no more than 10 items"),
    ({"type": "section", "fields": [plain("x" * 2001)]}, "/fields/0/text"),
    ({"type": "section", "text": "hello"}, "must be an object [json-pointer:/blocks/0/text]"),
    (section(color="red"), "invalid additional property: color"),
    (section(accessory=text_input()), "unsupported type: plain_text_input"),
    (section(accessory="button"), "must be an object"),
    ({"type": "header", "text": plain("x" * 151)}, "must be less than 151"),
    ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "unsupported type: mrkdwn"),
    ({"type": "divider", "block_id": "b" * 256}, "must be less than 256"),
    ({"type": "divider", "block_id": 7}, "must be a string"),
    ({"type": "context", "elements": [plain("x")] * 11}, "no more than 10 items"),
    ({"type": "context", "elements": [button()]}, "unsupported type: button"),
    ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001"),
    ({"type": "image", "image_url": "https://example.com/a.png"}, "missing required field: alt"),
    (actions(), "no less than 1 items"),
    (actions(*[button(f"b{n}") for n in range(26)]), "no more than 25 items"),
    (actions(button("a"), button("a")), "duplicate action_id: a"),
    (actions(button(style="green")), "must be a valid enum value"),
    (actions(button(value="x" * 2001)), "/elements/0/value"),
    (actions(button("a" * 256)), "/elements/0/action_id"),
    (actions({"type": "button", "text": plain("x" * 76)}), "must be less than 76"),
    (actions({"type": "button", "action_id": "a"}), "missing required field: text"),
    (actions(button(confirm={**CONFIRM, "title": plain("x" * 101)})), "/confirm/title/text"),
    (actions(button(confirm={"title": plain("x")})), "missing required field: deny"),
    (actions(button(confirm="sure?")), "/elements/0/confirm"),
    (actions({"type": "multi_users_select", "action_id": "w"}), "unsupported type: multi_users"),
    (actions(select(options=[option("a")] * 101)), "no more than 100 items"),
    (actions(select(options=[option("a" * 151)])), "must be less than 151"),
    (actions(select(options=[])), "no less than 1 items"),
    (actions(select(placeholder=plain("x" * 151))), "/placeholder/text"),
    (actions(select(initial_option=option("none"))), "initial option must match"),
    (actions({"type": "static_select", "action_id": "s"}), "missing required field: options"),
    (actions({"type": "overflow", "action_id": "m", "options": [option("a")] * 6}), "than 5 items"),
    (actions({"type": "checkboxes", "action_id": "c", "options": [option("a")] * 11}), "than 10"),
    (input_block(button()), "unsupported type: button"),
    (input_block(text_input(max_length=3001)), "must be between 0 and 3000"),
    ({"type": "input", "label": plain("x")}, "missing required field: element"),
    (input_block(text_input(), label={"type": "mrkdwn", "text": "x"}), "unsupported type: mrkdwn"),
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
def test_good_blocks_pass(block: Json) -> None:
    assert message_problems([block]) == []


@pytest.mark.parametrize(("block", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_blocks_are_named_with_their_place(block: Json, said: str) -> None:
    problems = [str(problem) for problem in message_problems([block])]

    assert any(said in problem for problem in problems), problems


def test_message_takes_50_blocks_and_a_view_100() -> None:
    divider = {"type": "divider"}

    assert message_problems([divider] * 50) == []
    assert message_problems([divider] * 51) != []
    assert view_problems(home(*[divider] * 100), "home") == []
    assert view_problems(home(*[divider] * 101), "home") != []


def test_duplicate_block_id_is_refused() -> None:
    blocks: list[object] = [section(block_id="a"), section(block_id="a")]

    assert [str(p) for p in message_problems(blocks)] == [
        "duplicate block_id: a [json-pointer:/blocks]"
    ]


def test_block_that_is_not_an_object_is_named() -> None:
    assert [str(p) for p in message_problems(["text"])] == [
        "must be an object [json-pointer:/blocks/0]"
    ]


def test_a_good_modal_passes() -> None:
    full = modal(close=plain("Stop"), clear_on_close=True, notify_on_close=True, external_id="x")

    assert view_problems(full, "modal") == []


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (modal(title=plain("x" * 25)), "/view/title/text"),
        (modal(submit=None), "missing required field: submit"),
        (modal(title=None), "missing required field: title"),
        (modal(private_metadata="x" * 3001), "/view/private_metadata"),
        (modal(callback_id="x" * 256), "/view/callback_id"),
        (modal(color="red"), "invalid additional property: color"),
        (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown"),
        (modal(blocks="none"), "must be an array"),
        (modal(type="drawer"), "unsupported type: drawer"),
    ],
)
def test_a_bad_modal_is_named_with_its_place(view: Json, said: str) -> None:
    problems = [str(problem) for problem in view_problems(view, "modal")]

    assert any(said in problem for problem in problems), problems


def test_option_groups_replace_options() -> None:
    groups = [{"label": plain("All"), "options": [option("low")]}]
    grouped = {"type": "static_select", "action_id": "s", "option_groups": groups}

    assert message_problems([actions(grouped)]) == []
    assert message_problems([actions({**grouped, "initial_option": option("low")})]) == []


async def test_blocks_can_be_validated_without_posting(world: World) -> None:
    blocks = [section("x" * 3001)]

    bad = await world.slack.api_call("blocks.validate", json={"blocks": blocks})
    good = await world.slack.api_call("blocks.validate", json={"view": modal()})

    assert [error["pointer"] for error in bad["errors"]] == ["/blocks/0/text/text"]
    assert good["errors"] == []
