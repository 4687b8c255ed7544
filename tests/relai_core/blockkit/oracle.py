"""Slack's rules for messages and modals, written from its documentation, apart from the product.

They cover the blocks and elements that the product uses; any other counts as a problem.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
# chat.update refuses a longer text, and what is posted may be updated.
MESSAGE_TEXT = 4000
_MARKUP = re.compile(
    r"<(?:@[UW][A-Z0-9]+|!date\^[0-9]+\^\{date_short_pretty\} \{time\}\|[^<>|]+)>|&(?:amp|lt|gt);"
)
_TEXTS = {
    "section": 3000,
    "context": 3000,
    "label": 2000,
    "hint": 2000,
    "placeholder": 150,
    "button": 75,
    "option": 75,
    "view": 24,
}


def message_problems(text: str, blocks: list[Json]) -> list[str]:
    """Return everything in a message that Slack would refuse or show wrongly."""
    return [
        *_long("message", text, MESSAGE_TEXT),
        *_markup(text),
        *_surface(blocks, MESSAGE_BLOCKS, {"section", "context", "actions", "divider"}),
    ]


def view_problems(view: Json) -> list[str]:
    """Return everything in a modal that Slack would refuse."""
    problems = [] if view["type"] == "modal" else ["not a modal"]
    for part in ("title", "submit", "close"):
        problems += _plain(view[part], "view") if part in view else []
    needs_submit = any(block["type"] == "input" for block in view["blocks"])
    problems += ["input without submit"] if needs_submit and "submit" not in view else []
    problems += [] if view.get("title") else ["no title"]
    problems += _long("callback_id", view["callback_id"], 255)
    problems += ["private_metadata"] if len(view.get("private_metadata", "")) > 3000 else []
    problems += ["view_too_large"] if len(json.dumps(view)) > 250_000 else []
    return problems + list(_surface(view["blocks"], VIEW_BLOCKS, {"section", "context", "input"}))


def _surface(blocks: list[Json], most: int, kinds: set[str]) -> Iterator[str]:
    if not 1 <= len(blocks) <= most:
        yield f"{len(blocks)} blocks"
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {name} twice" for name, count in ids.items() if count > 1)
    for block in blocks:
        if block["type"] not in kinds:
            yield f"unexpected block {block['type']}"
        yield from _BLOCKS[block["type"]](block)


def _section(block: Json) -> Iterator[str]:
    yield from _text(block["text"], "section")
    yield from _element(block["accessory"]) if "accessory" in block else ()


def _context(block: Json) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= 10:
        yield "context elements"
    for element in block["elements"]:
        yield from _text(element, "context")


def _actions(block: Json) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= 25:
        yield "actions elements"
    ids = [element["action_id"] for element in block["elements"]]
    if len(set(ids)) != len(ids):
        yield "duplicate action_id"
    for element in block["elements"]:
        yield from _element(element)


def _input(block: Json) -> Iterator[str]:
    yield from _plain(block["label"], "label")
    yield from _plain(block["hint"], "hint") if "hint" in block else ()
    yield from _element(block["element"])


_BLOCKS = {"section": _section, "context": _context, "actions": _actions, "input": _input}


def _element(element: Json) -> Iterator[str]:
    yield from _long("action_id", element["action_id"], 255)
    if "placeholder" in element:
        yield from _plain(element["placeholder"], "placeholder")
    yield from _ELEMENTS[element["type"]](element)


def _button(element: Json) -> Iterator[str]:
    yield from _plain(element["text"], "button")
    yield from _long("value", element["value"], 2000)
    if element.get("style", "primary") not in ("primary", "danger"):
        yield "style"


def _text_input(element: Json) -> Iterator[str]:
    if not 1 <= element["max_length"] <= 3000:
        yield "max_length"
    if not 1 <= len(element.get("initial_value", "x")) <= element["max_length"]:
        yield "initial_value"


def _choice(element: Json) -> Iterator[str]:
    most = 100 if element["type"] == "static_select" else 10
    options = element["options"]
    if not 1 <= len(options) <= most:
        yield f"{len(options)} options"
    if "initial_option" in element and element["initial_option"] not in options:
        yield "initial_option is not among the options"
    for each in options:
        yield from _plain(each["text"], "option")
        yield from _long("option value", each["value"], 150)


def _picker(element: Json) -> Iterator[str]:
    moment = element.get("initial_date_time")
    if moment is not None and len(str(moment)) != 10:
        yield "initial_date_time"


_ELEMENTS = {
    "button": _button,
    "plain_text_input": _text_input,
    "static_select": _choice,
    "radio_buttons": _choice,
    "users_select": _picker,
    "datetimepicker": _picker,
}


def _text(text: Json, where: str) -> Iterator[str]:
    yield from _long(where, text["text"], _TEXTS[where])
    if text["type"] == "mrkdwn":
        yield from _markup(text["text"])
        if text.get("verbatim") is not True:
            yield "Slack would make links of its own"


def _plain(text: Json, where: str) -> Iterator[str]:
    if text["type"] != "plain_text":
        yield f"{where} must be plain"
    yield from _long(where, text["text"], _TEXTS[where])


def _long(where: str, text: str, most: int) -> Iterator[str]:
    if not 1 <= len(text) <= most or not text.strip():
        yield f"{where} of {len(text)} characters"


def _markup(text: str) -> Iterator[str]:
    """Only mentions and dates may be markup; `>` may stand at the start of a line, as a quote."""
    left = re.sub(r"(?m)^> ", "", _MARKUP.sub("", text))
    if re.search("[<>&]", left):
        yield f"unescaped: {left!r}"
