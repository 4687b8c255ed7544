"""Modals that are submitted or closed."""

from typing import Any

from devstack.slack_sandbox.delivery import Delivery, Dispatcher
from devstack.slack_sandbox.element_state import (
    Values,
    chosen_state,
    elements_in,
    is_empty,
    is_input,
    state_of,
)
from devstack.slack_sandbox.errors import SlackError, malformed
from devstack.slack_sandbox.payloads import Payloads
from devstack.slack_sandbox.records import Json, Person, View
from devstack.slack_sandbox.view_rules import checked_view
from devstack.slack_sandbox.views import MOST_ON_STACK
from devstack.slack_sandbox.workspace import Workspace

Given = dict[str, dict[str, Any]]


class Submissions:
    """Delivers a person's acts on a modal, and applies the app's answer to the modal."""

    def __init__(self, workspace: Workspace, payloads: Payloads, dispatcher: Dispatcher) -> None:
        self._workspace = workspace
        self._payloads = payloads
        self._dispatcher = dispatcher

    async def submit(self, person: Person, view: View, given: Given) -> Delivery:
        """Submit the modal on top. A submission that the client itself refuses is not delivered."""
        self._require_top(person, view)
        if view.submit is None:
            raise malformed("this modal has no submit button")
        entered = self._workspace.views.enter(view, _entered(view, given))
        payload = self._payloads.view_submission(person, entered)
        if errors := client_errors(entered):
            delivery = self._dispatcher.withhold("interactive", payload)
            delivery.view_outcome, delivery.errors = "errors", errors
            return delivery
        delivery = await self._dispatcher.deliver("interactive", payload)
        delivery.view_outcome, delivery.errors = self._outcome(entered, delivery)
        return delivery

    def _require_top(self, person: Person, view: View) -> None:
        stack = self._workspace.views.stack_of(person.id)
        if not stack or stack[-1].id != view.id:
            raise malformed(f"{view.id} is not the modal on top", "view_not_on_top")

    def _outcome(self, view: View, delivery: Delivery) -> tuple[str, dict[str, str]]:
        if not delivery.is_ok:
            return "failed", {}
        answer = delivery.answer or {}
        asked = answer.get("response_action")
        if asked == "errors":
            errors = _app_errors(view, answer.get("errors"))
            return ("errors" if errors else "failed"), errors
        try:
            return self._follow(view, asked, answer), {}
        except SlackError:
            return "failed", {}

    def _follow(self, view: View, asked: object, answer: Json) -> str:
        views = self._workspace.views
        current = views.find(view.id) or view
        if asked == "update":
            views.update(current, checked_view(answer.get("view"), "modal"))
            return "updated"
        if asked == "push":
            if len(views.stack_of(view.user)) >= MOST_ON_STACK:
                raise SlackError("push_limit_reached")
            views.push(current, checked_view(answer.get("view"), "modal"))
            return "pushed"
        if asked == "clear":
            views.clear(view.user)
            return "closed"
        if asked is not None:
            raise SlackError("invalid_response_action")
        views.close(current)
        return "closed"

    async def close(self, person: Person, view: View) -> Delivery | None:
        """Close a modal and the modals above it; tell the app if it asked for that."""
        stack = self._workspace.views.stack_of(person.id)
        above = stack if view.clear_on_close else stack[stack.index(view) :]
        for shown in reversed(above):
            self._workspace.views.close(shown)
        if not view.notify_on_close:
            return None
        payload = self._payloads.view_closed(person, view, is_cleared=view.clear_on_close)
        return await self._dispatcher.deliver("interactive", payload)


def _entered(view: View, given: Given) -> Values:
    """Turn a request's value for each element into Slack's state, or raise ControlError."""
    there = {(block["block_id"], e["action_id"]): e for block, e in elements_in(view.blocks)}
    entered: Values = {}
    for block_id, actions in given.items():
        for action_id, choice in actions.items():
            element = there.get((block_id, action_id))
            if element is None:
                raise malformed(f"the modal has no {block_id}/{action_id}", "element_not_shown")
            entered.setdefault(block_id, {})[action_id] = chosen_state(element, choice)
    return entered


def client_errors(view: View) -> dict[str, str]:
    """Return the errors that Slack's client itself shows before it submits, by block_id."""
    state = state_of(view.blocks, view.values)
    errors = {}
    for block, element in elements_in(view.blocks):
        if is_input(block):
            entered = state[block["block_id"]][element["action_id"]]
            if error := _client_error(block, element, entered):
                errors[block["block_id"]] = error
    return errors


def _client_error(block: Json, element: Json, entered: Json) -> str | None:
    if is_empty(entered):
        return None if block.get("optional") else "Please complete this required field."
    value = entered.get("value")
    if not isinstance(value, str):
        return None
    least, most = element.get("min_length") or 0, element.get("max_length") or len(value)
    if len(value) < least:
        return f"Please enter at least {least} characters."
    if len(value) > most:
        return f"Please enter at most {most} characters."
    return None


def _app_errors(view: View, errors: object) -> dict[str, str]:
    """Return the app's errors if Slack would show them: texts, each for an input block."""
    inputs = {block["block_id"] for block in view.blocks if is_input(block)}
    if not isinstance(errors, dict) or not set(errors) <= inputs:
        return {}
    return {str(block_id): str(text) for block_id, text in errors.items()}
