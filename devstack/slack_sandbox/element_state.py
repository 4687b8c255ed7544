"""The state of the elements in blocks, as people entered or chose it, in Slack's form."""

from collections.abc import Iterator
from typing import Any

from devstack.slack_sandbox.errors import malformed
from devstack.slack_sandbox.records import Json

Values = dict[str, dict[str, Json]]

_FIELDS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
HOLDERS = frozenset({"section", "actions", "input"})
_STATELESS = {"button", "overflow", "image"}
_PLURAL = {"selected_options", "selected_users"}


def elements_in(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield each element with the block it is in."""
    for block in (block for block in blocks if block.get("type") in HOLDERS):
        found = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
        yield from ((block, element) for element in found if _is_interactive(element))


def _is_interactive(element: object) -> bool:
    return isinstance(element, dict) and "action_id" in element


def is_input(block: Json) -> bool:
    """True if the block is sent with a submission only."""
    return block.get("type") == "input"


def state_of(blocks: list[Json], entered: Values) -> Values:
    """Return `state.values`: entered values, else initial values, else Slack's empty values."""
    values: Values = {}
    for block, element in elements_in(blocks):
        if element["type"] in _FIELDS and element["type"] not in _STATELESS:
            block_id, action_id = block["block_id"], element["action_id"]
            state = entered.get(block_id, {}).get(action_id) or initial_state(element)
            values.setdefault(block_id, {})[action_id] = state
    return values


def initial_state(element: Json) -> Json:
    """Return the state before the person touched the element."""
    field = _FIELDS[element["type"]]
    initial = element.get(field.replace("selected_", "initial_").replace("value", "initial_value"))
    empty: Any = [] if field in _PLURAL else None
    return {"type": element["type"], field: initial if initial is not None else empty}


def chosen_state(element: Json, choice: Any) -> Json:  # noqa: ANN401 - as JSON has it
    """Turn the value in a control request into the state that Slack would report.

    Raises:
        ControlError: the element has no such option, or takes another kind of value.
    """
    field = _FIELDS.get(element["type"])
    if field is None:
        raise malformed(f"nothing can be chosen in a {element['type']}")
    return {"type": element["type"], field: _checked(element, field, choice)}


def _checked(element: Json, field: str, choice: Any) -> Any:  # noqa: ANN401 - as JSON has it
    if field == "selected_options":
        return [_option(element, value) for value in _listed(choice)]
    if field == "selected_users":
        return [str(user) for user in _listed(choice)]
    if choice is None or choice == "":
        return None
    if field == "selected_option":
        return _option(element, choice)
    if field == "selected_date_time":
        return _moment(choice)
    return str(choice)


def _listed(choice: Any) -> list[Any]:  # noqa: ANN401 - as JSON has it
    if choice is None or choice == "":
        return []
    return choice if isinstance(choice, list) else [choice]


def _option(element: Json, value: object) -> Json:
    for option in _options(element):
        if option.get("value") == value:
            return option
    raise malformed(f"{element['action_id']} offers no option {value!r}", "no_such_option")


def _options(element: Json) -> Iterator[Json]:
    yield from element.get("options", [])
    for group in element.get("option_groups", []):
        yield from group.get("options", [])


def _moment(choice: Any) -> int:  # noqa: ANN401 - as JSON has it
    try:
        return int(choice)
    except (TypeError, ValueError):
        raise malformed(f"a date and time is epoch seconds, not {choice!r}") from None


def is_empty(state: Json) -> bool:
    """True if the state holds no entry and no choice."""
    return not any(value for name, value in state.items() if name != "type")
