"""views.*: modals and Home tabs."""

from devstack.slack_sandbox.call import Call, Method
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.records import Json, View
from devstack.slack_sandbox.view_rules import checked_view
from devstack.slack_sandbox.views import MOST_ON_STACK


def _shown(call: Call, view: View) -> Json:
    return {"view": call.workspace.views.object_of(view)}


def _content(call: Call, *allowed: str) -> Json:
    return checked_view(call.arguments.structure("view"), *allowed)


def _require_free(call: Call, content: Json, own: View | None = None) -> None:
    """Raise `duplicate_external_id` if another view has the same external id."""
    external_id = content.get("external_id")
    there = call.workspace.views.find_external(external_id) if external_id else None
    if there and (own is None or there.id != own.id):
        raise SlackError("duplicate_external_id")


def open_view(call: Call) -> Json:
    """Show a modal to the person of the trigger."""
    trigger = call.workspace.triggers.check(call.arguments.text("trigger_id"))
    content = _content(call, "modal")
    _require_free(call, content)
    call.workspace.triggers.exchange(trigger)
    return _shown(call, call.workspace.views.open(trigger.user, content))


def push(call: Call) -> Json:
    """Put a modal on top of the person's stack."""
    trigger = call.workspace.triggers.check(call.arguments.text("trigger_id"))
    content = _content(call, "modal")
    _require_free(call, content)
    stack = call.workspace.views.stack_of(trigger.user)
    if trigger.view_id is None or not stack:
        raise SlackError("not_found")
    if len(stack) >= MOST_ON_STACK:
        raise SlackError("push_limit_reached")
    call.workspace.triggers.exchange(trigger)
    return _shown(call, call.workspace.views.push(stack[-1], content))


def update(call: Call) -> Json:
    """Replace the content of a view."""
    view = _named_view(call)
    content = _content(call, view.type)
    _require_hash(call, view)
    _require_free(call, content, own=view)
    return _shown(call, call.workspace.views.update(view, content))


def _named_view(call: Call) -> View:
    view_id, external_id = call.arguments.find("view_id"), call.arguments.find("external_id")
    views = call.workspace.views
    view = views.find(view_id) if view_id else views.find_external(external_id or "-")
    if view is None:
        raise SlackError("not_found")
    return view


def _require_hash(call: Call, view: View | None) -> None:
    given = call.arguments.find("hash")
    if given is not None and (view is None or given != view.hash):
        raise SlackError("hash_conflict")


def publish(call: Call) -> Json:
    """Replace the content of a person's Home."""
    user = call.arguments.text("user_id")
    person = call.workspace.people.find(user)
    if person is None or call.workspace.is_bot(person):
        raise SlackError("user_not_found")
    content = _content(call, "home")
    _require_hash(call, call.workspace.views.home_of(user))
    return _shown(call, call.workspace.views.publish(user, content))


METHODS = {
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
