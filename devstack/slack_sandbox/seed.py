"""The people and channels of a new workspace."""

from typing import Any

from devstack.slack_sandbox.ids import new_id
from devstack.slack_sandbox.records import Person
from devstack.slack_sandbox.workspace import SLACKBOT, Workspace

_DEMO: tuple[dict[str, Any], ...] = (
    {"name": "ana", "real_name": "Ana Ortiz", "tz": "Europe/Madrid", "is_admin": True},
    {"name": "bo", "real_name": "Bo Carter", "tz": "America/New_York"},
    {"name": "cy", "real_name": "Cy Tanaka", "tz": "Asia/Tokyo"},
    {"name": "gus", "real_name": "Gus Guest", "tz": "Europe/Berlin", "is_restricted": True},
    {"name": "dan", "real_name": "Dan Former", "tz": "Europe/London", "deleted": True},
    {"name": "buildbot", "real_name": "Build Bot", "is_bot": True},
)


def seed(workspace: Workspace, *, with_people: bool) -> None:
    """Fill a new workspace: the app's own bot user, `#general`, and some people if wanted."""
    bot = _app_user(workspace)
    _slackbot(workspace)
    people = [_person(workspace, **fields) for fields in (_DEMO if with_people else ())]
    members = [bot.id, *(person.id for person in people if not person.deleted)]
    workspace.channels.create("general", members)
    workspace.channels.create("random", members[1:])


def _app_user(workspace: Workspace) -> Person:
    installation = workspace.installation
    return workspace.people.put(
        Person(
            id=installation.bot_user_id,
            team_id=installation.team_id,
            name="relai",
            real_name="RelAI",
            is_bot=True,
            bot_id=installation.bot_id,
            app_id=installation.app_id,
        )
    )


def _slackbot(workspace: Workspace) -> None:
    """Slack lists Slackbot among the people, and does not call it a bot."""
    team_id = workspace.installation.team_id
    slackbot = Person(id=SLACKBOT, team_id=team_id, name="slackbot", real_name="Slackbot")
    workspace.people.put(slackbot)


def _person(workspace: Workspace, *, name: str, **fields: Any) -> Person:  # noqa: ANN401 - the model checks them
    is_bot = fields.get("is_bot", False)
    return workspace.people.put(
        Person(
            id=new_id("U"),
            team_id=workspace.installation.team_id,
            name=name,
            email=None if is_bot else f"{name}@example.com",
            bot_id=new_id("B") if is_bot else None,
            **fields,
        )
    )
