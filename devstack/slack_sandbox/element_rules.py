"""The rules of Block Kit's interactive elements."""

from collections.abc import Callable

from devstack.slack_sandbox import limits
from devstack.slack_sandbox.problems import (
    Problem,
    Problems,
    Spec,
    items,
    known,
    listed,
    one_of,
    required,
    string,
    text_object,
)

_PICKERS = {
    "users_select": "initial_user",
    "conversations_select": "initial_conversation default_to_current_conversation "
    "response_url_enabled filter",
    "channels_select": "initial_channel response_url_enabled",
    "multi_users_select": "initial_users max_selected_items",
    "multi_conversations_select": "initial_conversations max_selected_items "
    "default_to_current_conversation filter",
    "multi_channels_select": "initial_channels max_selected_items",
    "external_select": "initial_option min_query_length",
    "multi_external_select": "initial_options min_query_length max_selected_items",
    "datepicker": "initial_date",
    "timepicker": "initial_time timezone",
    "datetimepicker": "initial_date_time",
}
_CHOICES = {
    "static_select": "initial_option option_groups placeholder focus_on_load",
    "multi_static_select": "initial_options option_groups placeholder focus_on_load "
    "max_selected_items",
    "radio_buttons": "initial_option focus_on_load",
    "checkboxes": "initial_options focus_on_load",
    "overflow": "",
}
_MOST_OPTIONS = {
    "static_select": limits.SELECT_OPTIONS,
    "multi_static_select": limits.SELECT_OPTIONS,
    "overflow": limits.OVERFLOW_OPTIONS,
}
_INPUTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
_COMMON = ("type", "action_id", "confirm")

_SINGLE_SELECTS = {
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
}
_MULTI_SELECTS = {f"multi_{name}" for name in _SINGLE_SELECTS}
_WHEN = {"datepicker", "timepicker", "datetimepicker"}
_BOXES = {"radio_buttons", "checkboxes"}

IN_ACTIONS = frozenset({"button", "overflow"} | _SINGLE_SELECTS | _WHEN | _BOXES)
IN_SECTION = frozenset(IN_ACTIONS | _MULTI_SELECTS | {"image"})
IN_INPUT = frozenset(_SINGLE_SELECTS | _MULTI_SELECTS | _WHEN | _BOXES | _INPUTS)


def element_problems(element: object, allowed: frozenset[str], at: str) -> Problems:
    """Check an element in a place where only the `allowed` types may stand."""
    if not isinstance(element, dict):
        yield Problem("must be an object", at)
        return
    kind = element.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        yield Problem(f"unsupported type: {kind}", f"{at}/type")
        return
    yield from _rule(kind)(element, at)
    yield from string(element, "action_id", limits.ACTION_ID, at, least=1)
    yield from _confirm(element, at)


def _rule(kind: str) -> Callable[[Spec, str], Problems]:
    if kind in _CHOICES:
        return _choice
    if kind in _INPUTS:
        return _text_input
    return {"button": _button, "image": _image}.get(kind, _picker)


def _button(element: Spec, at: str) -> Problems:
    yield from required(element, ["text"], at)
    yield from text_object(element, "text", limits.BUTTON_TEXT, at, plain=True)
    yield from string(element, "value", limits.BUTTON_VALUE, at)
    yield from string(element, "url", limits.URL, at)
    yield from string(element, "accessibility_label", limits.ACCESSIBILITY_LABEL, at)
    yield from one_of(element, "style", ("primary", "danger"), at)
    yield from known(
        element, [*_COMMON, "text", "value", "url", "style", "accessibility_label"], at
    )


def _image(element: Spec, at: str) -> Problems:
    yield from required(element, ["alt_text"], at)
    yield from string(element, "alt_text", limits.IMAGE_ALT, at)
    yield from string(element, "image_url", limits.URL, at, least=1)
    yield from known(element, ["type", "alt_text", "image_url", "slack_file"], at)


def _picker(element: Spec, at: str) -> Problems:
    yield from text_object(element, "placeholder", limits.PLACEHOLDER, at, plain=True)
    own = _PICKERS[str(element["type"])].split()
    yield from known(element, [*_COMMON, "placeholder", "focus_on_load", *own], at)


def _text_input(element: Spec, at: str) -> Problems:
    yield from text_object(element, "placeholder", limits.PLACEHOLDER, at, plain=True)
    for name in ("min_length", "max_length"):
        value = element.get(name)
        if value is not None and not (isinstance(value, int) and 0 <= value <= limits.INPUT_LENGTH):
            yield Problem(f"must be between 0 and {limits.INPUT_LENGTH}", f"{at}/{name}")
    own = (
        "placeholder initial_value focus_on_load dispatch_action_config multiline min_length "
        "max_length is_decimal_allowed min_value max_value"
    )
    yield from known(element, [*_COMMON, *own.split()], at)


def _choice(element: Spec, at: str) -> Problems:
    kind = str(element["type"])
    most = _MOST_OPTIONS.get(kind, limits.CHOICE_OPTIONS)
    has_groups = "option_groups" in element and "option_groups" in _CHOICES[kind].split()
    yield from required(element, [] if has_groups else ["options"], at)
    yield from text_object(element, "placeholder", limits.PLACEHOLDER, at, plain=True)
    yield from _options(element, most, at, plain=kind not in _BOXES)
    yield from items(element, "option_groups", limits.SELECT_OPTIONS, at)
    for group, where in listed(element, "option_groups", at):
        yield from required(group, ["label", "options"], where)
        yield from text_object(group, "label", limits.OPTION_TEXT, where, plain=True)
        yield from _options(group, most, where, plain=True)
    yield from _initial_is_offered(element, at)
    yield from known(element, [*_COMMON, "options", *_CHOICES[kind].split()], at)


def _options(element: Spec, most: int, at: str, *, plain: bool) -> Problems:
    yield from items(element, "options", most, at)
    for option, where in listed(element, "options", at):
        yield from required(option, ["text", "value"], where)
        yield from text_object(option, "text", limits.OPTION_TEXT, where, plain=plain)
        yield from string(option, "value", limits.OPTION_VALUE, where)
        yield from text_object(option, "description", limits.OPTION_DESCRIPTION, where, plain=plain)
        yield from known(option, ["text", "value", "description", "url"], where)


def _initial_is_offered(element: Spec, at: str) -> Problems:
    initial = element.get("initial_options") or [element.get("initial_option")]
    groups = [group for group, _ in listed(element, "option_groups", at)]
    offered = [o for holder in (element, *groups) for o, _ in listed(holder, "options", at)]
    for option in initial if isinstance(initial, list) else [initial]:
        if option is not None and option not in offered:
            yield Problem("initial option must match exactly one of the options", at)


def _confirm(element: Spec, at: str) -> Problems:
    confirm = element.get("confirm")
    if confirm is None:
        return
    where = f"{at}/confirm"
    if not isinstance(confirm, dict):
        yield Problem("must be an object", where)
        return
    yield from required(confirm, ["title", "text", "confirm", "deny"], where)
    yield from text_object(confirm, "title", limits.CONFIRM_TITLE, where, plain=True)
    yield from text_object(confirm, "text", limits.CONFIRM_TEXT, where)
    yield from text_object(confirm, "confirm", limits.CONFIRM_BUTTON, where, plain=True)
    yield from text_object(confirm, "deny", limits.CONFIRM_BUTTON, where, plain=True)
