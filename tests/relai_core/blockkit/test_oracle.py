"""The oracle itself: it finds each thing that Slack refuses."""

from typing import Any

import pytest

from tests.relai_core.blockkit import oracle

Json = dict[str, Any]


def section(text: str, **fields: Any) -> Json:
    return {
        "type": "section",
        "text": {"type": "mrkdwn", "text": text, "verbatim": True},
        **fields,
    }


def button(**fields: Any) -> Json:
    text = {"type": "plain_text", "text": "Go"}
    return {"type": "button", "action_id": "go", "value": "1", "text": text, **fields}


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param([], id="no block"),
        pytest.param([section("a")] * 51, id="51 blocks"),
        pytest.param([section("a" * 3001)], id="a long section"),
        pytest.param([section("")], id="an empty section"),
        pytest.param([section("<!channel>")], id="a mass mention"),
        pytest.param([section("<http://evil|bank>")], id="a link"),
        pytest.param([section("a & b")], id="a bare ampersand"),
        pytest.param([section("a &am")], id="half an entity"),
        pytest.param([section("a", block_id="x"), section("b", block_id="x")], id="an id twice"),
        pytest.param([{"type": "actions", "elements": []}], id="no button"),
        pytest.param([{"type": "actions", "elements": [button(), button()]}], id="an action twice"),
        pytest.param([section("a", accessory=button(value="x" * 2001))], id="a long value"),
    ],
)
def test_a_message_slack_would_refuse_is_found(blocks: list[Json]) -> None:
    assert oracle.message_problems("text", blocks)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"title": {"type": "plain_text", "text": "a" * 25}}, id="a long title"),
        pytest.param({"submit": {"type": "mrkdwn", "text": "Go"}}, id="markup on a button"),
        pytest.param({"private_metadata": "x" * 3001}, id="too much metadata"),
        pytest.param({"blocks": [section("a")] * 101}, id="101 blocks"),
    ],
)
def test_a_modal_slack_would_refuse_is_found(change: Json) -> None:
    view = {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Form"},
        "blocks": [section("a")],
    }

    assert oracle.view_problems(view) == []
    assert oracle.view_problems(view | change)


def test_an_input_without_submit_is_found() -> None:
    field = {"type": "plain_text_input", "action_id": "a", "max_length": 10}
    label = {"type": "plain_text", "text": "Label"}
    view = {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Form"},
        "blocks": [{"type": "input", "block_id": "a", "label": label, "element": field}],
    }

    assert oracle.view_problems(view) == ["input without submit"]
