"""dnd.*: the do-not-disturb of people."""

from devstack.slack_sandbox.call import Call, Method
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.records import Json

_MOST_USERS = 50


def info(call: Call) -> Json:
    """Return a person's do-not-disturb."""
    user = call.arguments.find("user") or call.workspace.installation.bot_user_id
    person = call.workspace.people.find(user)
    if person is None:
        raise SlackError("user_not_found")
    return call.workspace.people.dnd_of(person)


def team_info(call: Call) -> Json:
    """Return the do-not-disturb of up to 50 people. Unknown people are left out."""
    users = call.arguments.listed("users")
    if not users:
        raise SlackError.with_messages("invalid_arguments", ["missing required field: users"])
    if len(users) > _MOST_USERS:
        raise SlackError("too_many_users")
    people = call.workspace.people
    found = [person for user in users if (person := people.find(user))]
    return {"users": {person.id: people.dnd_of(person) for person in found}}


METHODS = {
    "dnd.info": Method(info, ("dnd:read",)),
    "dnd.teamInfo": Method(team_info, ("dnd:read",)),
}
