"""Presses on buttons and choices in menus, in messages and in views."""

from dataclasses import dataclass
from typing import Any

from devstack.slack_sandbox.delivery import Delivery, Dispatcher
from devstack.slack_sandbox.element_state import (
    Values,
    chosen_state,
    elements_in,
    is_input,
    state_of,
)
from devstack.slack_sandbox.errors import malformed
from devstack.slack_sandbox.payloads import Payloads
from devstack.slack_sandbox.records import Json, Message, Person, View
from devstack.slack_sandbox.workspace import Workspace

_STATELESS = {"button", "overflow"}
_BUTTON_FIELDS = ("text", "value", "url", "style")


@dataclass(frozen=True)
class Press:
    """An act of a person on an element. With `forced` the element need not exist."""

    action_id: str
    block_id: str | None = None
    choice: Any = None
    forced: bool = False


class Presses:
    """Delivers `block_actions`, and remembers each person's choices."""

    def __init__(self, workspace: Workspace, payloads: Payloads, dispatcher: Dispatcher) -> None:
        self._workspace = workspace
        self._payloads = payloads
        self._dispatcher = dispatcher
        self._chosen: dict[tuple[str, str], Values] = {}

    async def in_message(self, person: Person, message: Message, press: Press) -> Delivery:
        action = self._action(message.blocks or [], press)
        chosen = self._chosen.setdefault((person.id, message.key), {})
        _remember(chosen, action)
        state = state_of(message.blocks or [], chosen)
        payload = self._payloads.message_action(person, message, action, state)
        return await self._dispatcher.deliver("interactive", payload)

    async def in_view(self, person: Person, view: View, press: Press) -> Delivery:
        action = self._action(view.blocks, press)
        chosen: Values = {}
        _remember(chosen, action)
        entered = self._workspace.views.enter(view, chosen)
        payload = self._payloads.view_action(person, entered, action)
        return await self._dispatcher.deliver("interactive", payload)

    def _action(self, blocks: list[Json], press: Press) -> Json:
        block, element = _find(blocks, press) or _tampered(press)
        named = {
            "action_id": press.action_id,
            "block_id": block["block_id"],
            "action_ts": self._workspace.messages.now(),
        }
        return {**_acted(element, press), **named}


def _find(blocks: list[Json], press: Press) -> tuple[Json, Json] | None:
    for block, element in elements_in(blocks):
        if element["action_id"] != press.action_id:
            continue
        if press.block_id in {None, block["block_id"]}:
            _require_dispatch(block, press)
            return block, element
    return None


def _require_dispatch(block: Json, press: Press) -> None:
    if is_input(block) and not (block.get("dispatch_action") or press.forced):
        raise malformed(f"{press.action_id} is an input: it is sent when the modal is submitted")


def _tampered(press: Press) -> tuple[Json, Json]:
    if not press.forced:
        raise malformed(f"no element {press.action_id!r} is shown there", "element_not_shown")
    return {"block_id": press.block_id or "forged"}, {"type": "button"}


def _acted(element: Json, press: Press) -> Json:
    if element["type"] != "button":
        return {**chosen_state(element, press.choice), "type": element["type"]}
    shown = {name: element[name] for name in _BUTTON_FIELDS if name in element}
    if press.choice is None or press.choice == element.get("value"):
        return {"type": "button", **shown}
    if not press.forced:
        raise malformed(f"the button's value is {element.get('value')!r}", "value_not_shown")
    return {"type": "button", **shown, "value": press.choice}


def _remember(chosen: Values, action: Json) -> None:
    if action["type"] not in _STATELESS:
        state = {k: v for k, v in action.items() if k == "type" or k.startswith("selected_")}
        if "value" in action:
            state["value"] = action["value"]
        chosen.setdefault(action["block_id"], {})[action["action_id"]] = state
