"""The rules of modals and Home tabs."""

import json

from devstack.slack_sandbox import limits
from devstack.slack_sandbox.block_rules import view_block_problems
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.problems import (
    Problem,
    Problems,
    Spec,
    boolean,
    known,
    required,
    string,
    text_object,
)
from devstack.slack_sandbox.records import Json

_SHARED = ("type", "blocks", "private_metadata", "callback_id", "external_id")
_MODAL = ("title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled")


def checked_view(view: object, *allowed: str) -> Json:
    """Return the view if Slack would take it, with one of the allowed types.

    Raises:
        SlackError: `invalid_arguments` with messages, or `view_too_large`.
    """
    if not isinstance(view, dict):
        raise SlackError.with_messages(
            "invalid_arguments", ["must be an object [json-pointer:/view]"]
        )
    if len(json.dumps(view, ensure_ascii=False).encode()) > limits.VIEW_BYTES:
        raise SlackError("view_too_large")
    problems = view_problems(view, *allowed)
    if problems:
        raise SlackError.with_messages("invalid_arguments", map(str, problems))
    return view


def view_problems(view: Spec, *allowed: str) -> list[Problem]:
    """Return everything Slack would refuse in a view."""
    return [
        Problem(problem.message, f"/view{problem.pointer}") for problem in _problems(view, allowed)
    ]


def _problems(view: Spec, allowed: tuple[str, ...]) -> Problems:
    kind, blocks = view.get("type"), view.get("blocks")
    if kind not in allowed:
        yield Problem(f"unsupported type: {kind}", "/type")
        return
    yield from required(view, ["blocks"], "")
    yield from string(view, "private_metadata", limits.PRIVATE_METADATA, "")
    yield from string(view, "callback_id", limits.CALLBACK_ID, "")
    yield from string(view, "external_id", limits.EXTERNAL_ID, "")
    yield from known(view, [*_SHARED, *(_MODAL if kind == "modal" else ())], "")
    if kind == "modal":
        yield from _modal(view)
    if isinstance(blocks, list):
        yield from view_block_problems(blocks)
    elif blocks is not None:
        yield Problem("must be an array", "/blocks")


def _modal(view: Spec) -> Problems:
    yield from required(view, ["title"], "")
    for name in ("clear_on_close", "notify_on_close", "submit_disabled"):
        yield from boolean(view, name, "")
    for name in ("title", "submit", "close"):
        yield from text_object(view, name, limits.VIEW_TITLE, "", plain=True)
    blocks = view.get("blocks")
    found = [b for b in blocks if isinstance(b, dict)] if isinstance(blocks, list) else []
    if view.get("submit") is None and any(block.get("type") == "input" for block in found):
        yield Problem("missing required field: submit", "")
