"""Modals and their inputs. Block id and action id of an input are the same `InputId`."""

from collections.abc import Sequence
from datetime import datetime

from relai_core.blockkit.elements import Block, Element, plain
from relai_core.blockkit.ids import CallbackId, InputId
from relai_core.domain.ids import SlackUserId

LABEL_LIMIT = 24
"""Characters in a modal's title and in its buttons, Slack's limit."""
OPTION_LIMIT = 75
"""Characters in the text of an option, Slack's limit."""
_HINT_LIMIT = 150


def modal(
    callback_id: CallbackId,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str | None,
    private_metadata: str = "",
) -> Element:
    """A modal. Without `submit` a person can only close it."""
    view: Element = {
        "type": "modal",
        "callback_id": callback_id.value,
        "title": plain(title, LABEL_LIMIT),
        "close": plain("Cancel" if submit else "Close", LABEL_LIMIT),
        "private_metadata": private_metadata,
        "blocks": list(blocks),
    }
    return {**view, "submit": plain(submit, LABEL_LIMIT)} if submit else view


def text_input(
    name: InputId,
    label: str,
    limit: int,
    initial: str = "",
    *,
    multiline: bool = False,
    optional: bool = False,
) -> Block:
    """A field of at most `limit` characters. A longer initial text is cut."""
    element: Element = {"type": "plain_text_input", "max_length": limit, "multiline": multiline}
    if initial:
        element["initial_value"] = initial[:limit]
    return _input(name, label, element, optional=optional)


def person_input(
    name: InputId,
    label: str,
    initial: SlackUserId | None,
    *,
    optional: bool = False,
    hint: str = "",
) -> Block:
    """A choice among the people of the workspace."""
    element: Element = {"type": "users_select", "placeholder": plain("Pick a person", _HINT_LIMIT)}
    if initial is not None:
        element["initial_user"] = initial
    return _input(name, label, element, optional=optional, hint=hint)


def moment_input(
    name: InputId, label: str, initial: datetime | None = None, *, hint: str = ""
) -> Block:
    """An optional moment, in the zone of the person who fills it in."""
    element: Element = {"type": "datetimepicker"}
    if initial is not None:
        element["initial_date_time"] = int(initial.timestamp())
    return _input(name, label, element, optional=True, hint=hint)


def choice_input(
    name: InputId, label: str, kind: str, options: Sequence[Element], initial: str | None
) -> Block:
    """A choice of one option, as a `static_select` or as `radio_buttons`."""
    element: Element = {"type": kind, "options": list(options)}
    chosen = [each for each in options if each["value"] == initial]
    if chosen:
        element["initial_option"] = chosen[0]
    return _input(name, label, element)


def option(text: str, value: str) -> Element:
    """An option that can be chosen."""
    return {"text": plain(text, OPTION_LIMIT), "value": value}


def _input(
    name: InputId, label: str, element: Element, *, optional: bool = False, hint: str = ""
) -> Block:
    block: Block = {
        "type": "input",
        "block_id": name.value,
        "label": plain(label, _HINT_LIMIT),
        "element": {**element, "action_id": name.value},
        "optional": optional,
    }
    return {**block, "hint": plain(hint, _HINT_LIMIT)} if hint else block
