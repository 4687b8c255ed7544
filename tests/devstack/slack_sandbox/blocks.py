"""Blocks and views for tests."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str = "Renew the certificate", **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str = "done", **more: Any) -> Json:
    return {"type": "button", "text": plain("Done"), "action_id": action_id, **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(value: str) -> Json:
    return {"text": plain(value.capitalize()), "value": value}


def select(action_id: str = "priority", **more: Any) -> Json:
    options = [option("low"), option("high")]
    return {"type": "static_select", "action_id": action_id, "options": options, **more}


def text_input(action_id: str = "title", **more: Any) -> Json:
    return {"type": "plain_text_input", "action_id": action_id, **more}


def input_block(element: Json, block_id: str = "title", **more: Any) -> Json:
    label = plain(block_id.capitalize())
    return {"type": "input", "block_id": block_id, "label": label, "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    shown = list(blocks) or [input_block(text_input())]
    return {
        "type": "modal",
        "callback_id": "new_task",
        "title": plain("New task"),
        "submit": plain("Create"),
        "blocks": shown,
        **more,
    }


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}


CONFIRM = {
    "title": plain("Sure?"),
    "text": plain("This can't be undone"),
    "confirm": plain("Do it"),
    "deny": plain("Stop"),
}
GOOD: list[Json] = [
    section(),
    section("x" * 3000),
    section(accessory=button(style="danger", value="x" * 2000, confirm=CONFIRM)),
    section(accessory={"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}),
    section(accessory={"type": "multi_users_select", "action_id": "who"}),
    {"type": "section", "fields": [plain("x")] * 10},
    {"type": "header", "text": plain("x" * 150)},
    {"type": "divider", "block_id": "b" * 255},
    {"type": "context", "elements": [plain("x"), {"type": "mrkdwn", "text": "y"}]},
    {"type": "markdown", "text": "**x**"},
    {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"},
    {"type": "rich_text", "elements": []},
    actions(*[button(f"b{number}") for number in range(25)]),
    actions(select(placeholder=plain("Priority"))),
    actions({"type": "overflow", "action_id": "more", "options": [option("a")] * 5}),
    actions({"type": "radio_buttons", "action_id": "r", "options": [option("a")] * 10}),
    actions({"type": "checkboxes", "action_id": "c", "options": [option("a")]}),
    actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-01-31"}),
    actions({"type": "datetimepicker", "action_id": "d"}),
    actions(select(initial_option=option("low"))),
    input_block(text_input(multiline=True, max_length=3000), optional=True, hint=plain("x")),
    input_block({"type": "users_select", "action_id": "u"}, dispatch_action=True),
]
