"""api.test, auth.test, team.info, bots.info: the caller and the workspace."""

from devstack.slack_sandbox.call import Call, Method
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.records import Json


def api_test(call: Call) -> Json:
    """Return the arguments, or the error that they ask for."""
    if error := call.arguments.find("error"):
        raise SlackError(error, args=call.arguments.given)
    return {"args": call.arguments.given}


def auth_test(call: Call) -> Json:
    """Return whose token it is."""
    installation = call.workspace.installation
    bot = call.workspace.people.find(installation.bot_user_id)
    return {
        "url": f"https://{installation.domain}.slack.com/",
        "team": installation.team_name,
        "user": bot.name if bot else "",
        "team_id": installation.team_id,
        "user_id": installation.bot_user_id,
        "bot_id": installation.bot_id,
        "is_enterprise_install": False,
    }


def team_info(call: Call) -> Json:
    """Return the workspace."""
    installation = call.workspace.installation
    if call.arguments.find("team") not in {None, installation.team_id}:
        raise SlackError("team_not_found")
    team = {"id": installation.team_id, "name": installation.team_name}
    return {"team": {**team, "domain": installation.domain, "email_domain": "example.com"}}


def bots_info(call: Call) -> Json:
    """Return a bot user, by the id of its bot."""
    asked = call.arguments.find("bot") or call.workspace.installation.bot_id
    bot = next((p for p in call.workspace.people if p.bot_id == asked), None)
    if bot is None:
        raise SlackError("bot_not_found")
    named = {"id": bot.bot_id, "name": bot.name, "deleted": bot.deleted, "updated": bot.updated}
    return {"bot": {**named, "app_id": bot.app_id or "", "user_id": bot.id, "icons": {}}}


METHODS = {
    "api.test": Method(api_test, token="none"),  # noqa: S106 - the kind of token, not a token
    "auth.test": Method(auth_test),
    "team.info": Method(team_info, ("team:read",)),
    "bots.info": Method(bots_info, ("users:read",)),
}
