"""users.*: the people of the workspace."""

from devstack.slack_sandbox.call import Call, Method
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.paging import page
from devstack.slack_sandbox.records import Json, Person


def _shown(call: Call, person: Person) -> Json:
    with_email = "users:read.email" in call.options.scopes
    return call.workspace.people.object_of(person, with_email=with_email)


def info(call: Call) -> Json:
    """Return a person."""
    person = call.workspace.people.find(call.arguments.text("user"))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": _shown(call, person)}


def list_people(call: Call) -> Json:
    """Return everyone, deactivated people and Slackbot included, as Slack does."""
    found, cursor = page(list(call.workspace.people), call.arguments, default=1000, most=1000)
    return {
        "members": [_shown(call, person) for person in found],
        "cache_ts": int(call.now),
        "response_metadata": {"next_cursor": cursor},
    }


def lookup_by_email(call: Call) -> Json:
    """Return an active person; Slack does not find deactivated people by email."""
    person = call.workspace.people.find_by_email(call.arguments.text("email"))
    if person is None or person.deleted:
        raise SlackError("users_not_found")
    return {"user": _shown(call, person)}


def profile(call: Call) -> Json:
    """Return a person's profile."""
    user = call.arguments.find("user") or call.workspace.installation.bot_user_id
    person = call.workspace.people.find(user)
    if person is None:
        raise SlackError("user_not_found")
    return {"profile": _shown(call, person)["profile"]}


METHODS = {
    "users.info": Method(info, ("users:read",)),
    "users.list": Method(list_people, ("users:read",)),
    "users.lookupByEmail": Method(lookup_by_email, ("users:read.email",)),
    "users.profile.get": Method(profile, ("users.profile:read", "users:read")),
}
