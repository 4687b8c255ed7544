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
