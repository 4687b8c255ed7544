"""Fills in the ids that an app left out, as Slack does."""

from devstack.slack_sandbox.element_state import HOLDERS
from devstack.slack_sandbox.ids import new_block_id
from devstack.slack_sandbox.records import Json

_WITHOUT_ACTION = {"image", "plain_text", "mrkdwn"}


def with_ids(blocks: list[Json] | None) -> list[Json] | None:
    """Give each block a `block_id` and each interactive element an `action_id`."""
    return [_named(block) for block in blocks] if blocks else None


def _named(block: Json) -> Json:
    named = {**block, "block_id": block.get("block_id") or new_block_id()}
    if block["type"] not in HOLDERS:
        return named
    for holder in ("accessory", "element"):
        if isinstance(block.get(holder), dict):
            named[holder] = _with_action_id(block[holder])
    if "elements" in block:
        named["elements"] = [_with_action_id(element) for element in block["elements"]]
    return named


def _with_action_id(element: Json) -> Json:
    if element["type"] in _WITHOUT_ACTION or element.get("action_id"):
        return element
    return {**element, "action_id": new_block_id()}
