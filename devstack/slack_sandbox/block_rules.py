"""The rules of Block Kit's blocks, alone and together."""

from collections import Counter
from collections.abc import Callable, Iterator

from devstack.slack_sandbox import limits
from devstack.slack_sandbox.element_rules import (
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    element_problems,
)
from devstack.slack_sandbox.problems import (
    Problem,
    Problems,
    Spec,
    boolean,
    items,
    known,
    listed,
    required,
    string,
    text_object,
    text_value,
)

_UNCHECKED = {"rich_text", "table", "video", "file", "context_actions", "plan", "task_card"}
_MESSAGE_ONLY = {"markdown", "file", "context_actions", "plan", "task_card"}


def message_problems(blocks: list[object]) -> list[Problem]:
    """Return everything Slack would refuse in the blocks of a message."""
    return list(_surface(blocks, limits.MESSAGE_BLOCKS, is_message=True))


def view_block_problems(blocks: list[object]) -> list[Problem]:
    """Return everything Slack would refuse in the blocks of a view."""
    return list(_surface(blocks, limits.VIEW_BLOCKS, is_message=False))


def _surface(blocks: list[object], most: int, *, is_message: bool) -> Problems:
    yield from items({"blocks": blocks}, "blocks", most, "", least=0)
    for index, block in enumerate(blocks):
        yield from _block(block, f"/blocks/{index}", is_message=is_message)
    yield from _unique_block_ids(blocks)


def _unique_block_ids(blocks: list[object]) -> Problems:
    ids = Counter(str(b["block_id"]) for b in blocks if isinstance(b, dict) and b.get("block_id"))
    for block_id in (block_id for block_id, count in ids.items() if count > 1):
        yield Problem(f"duplicate block_id: {block_id}", "/blocks")


def _block(block: object, at: str, *, is_message: bool) -> Problems:
    if not isinstance(block, dict):
        yield Problem("must be an object", at)
        return
    kind = block.get("type")
    rule = _RULES.get(str(kind))
    if rule is None or (str(kind) in _MESSAGE_ONLY and not is_message):
        yield Problem(f"unsupported type: {kind}", f"{at}/type")
        return
    yield from string(block, "block_id", limits.BLOCK_ID, at)
    yield from rule(block, at)
    yield from _unique_action_ids(block, at)


def _unique_action_ids(block: Spec, at: str) -> Problems:
    ids = Counter(
        str(e["action_id"]) for e, _ in listed(block, "elements", at) if e.get("action_id")
    )
    for action_id in (action_id for action_id, count in ids.items() if count > 1):
        yield Problem(f"duplicate action_id: {action_id}", f"{at}/elements")


def _section(block: Spec, at: str) -> Problems:
    if block.get("text") is None and block.get("fields") is None:
        yield Problem("missing required field: text", at)
    yield from text_object(block, "text", limits.SECTION_TEXT, at)
    yield from items(block, "fields", limits.SECTION_FIELDS, at)
    for field, where in listed(block, "fields", at):
        yield from text_value(field, limits.SECTION_FIELD, where)
    if block.get("accessory") is not None:
        yield from element_problems(block["accessory"], IN_SECTION, f"{at}/accessory")
    yield from known(block, ["type", "block_id", "text", "fields", "accessory", "expand"], at)


def _header(block: Spec, at: str) -> Problems:
    yield from required(block, ["text"], at)
    yield from text_object(block, "text", limits.HEADER_TEXT, at, plain=True)
    yield from known(block, ["type", "block_id", "text"], at)


def _divider(block: Spec, at: str) -> Problems:
    yield from known(block, ["type", "block_id"], at)


def _context(block: Spec, at: str) -> Problems:
    yield from required(block, ["elements"], at)
    yield from items(block, "elements", limits.CONTEXT_ELEMENTS, at)
    for element, where in listed(block, "elements", at):
        if element.get("type") == "image":
            yield from element_problems(element, IN_SECTION, where)
        else:
            yield from text_value(element, limits.CONTEXT_TEXT, where)
    yield from known(block, ["type", "block_id", "elements"], at)


def _actions(block: Spec, at: str) -> Problems:
    yield from required(block, ["elements"], at)
    yield from items(block, "elements", limits.ACTIONS_ELEMENTS, at)
    for element, where in listed(block, "elements", at):
        yield from element_problems(element, IN_ACTIONS, where)
    yield from known(block, ["type", "block_id", "elements"], at)


def _input(block: Spec, at: str) -> Problems:
    yield from required(block, ["label", "element"], at)
    yield from text_object(block, "label", limits.INPUT_LABEL, at, plain=True)
    yield from text_object(block, "hint", limits.INPUT_HINT, at, plain=True)
    if block.get("element") is not None:
        yield from element_problems(block["element"], IN_INPUT, f"{at}/element")
    own = ["type", "block_id", "label", "hint", "element", "optional", "dispatch_action"]
    yield from boolean(block, "optional", at)
    yield from boolean(block, "dispatch_action", at)
    yield from known(block, own, at)


def _image(block: Spec, at: str) -> Problems:
    yield from required(block, ["alt_text"], at)
    yield from string(block, "alt_text", limits.IMAGE_ALT, at)
    yield from string(block, "image_url", limits.URL, at, least=1)
    yield from text_object(block, "title", limits.IMAGE_TITLE, at, plain=True)
    own = ["type", "block_id", "alt_text", "image_url", "title", "slack_file"]
    yield from known(block, own, at)


def _markdown(block: Spec, at: str) -> Problems:
    yield from required(block, ["text"], at)
    yield from string(block, "text", limits.MARKDOWN_TEXT, at, least=1)
    yield from known(block, ["type", "block_id", "text"], at)


def _unchecked(_block: Spec, _at: str) -> Iterator[Problem]:
    return iter(())


_RULES: dict[str, Callable[[Spec, str], Problems]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
    **dict.fromkeys(_UNCHECKED, _unchecked),
}
