"""People who are not full members, one for each reason."""

from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.domain.user import User
from tests.relai_core.builders import OTHER_TEAM, TEAM

GUS, DEB, BOT, OTTO = (SlackUserId(name) for name in ("UGUS", "UDEB", "UBOT", "UOTTO"))


def a_person(user: SlackUserId, team: TeamId = TEAM) -> User:
    """A full member of the workspace."""
    return User(team_id=team, id=user, name=user.lower(), real_name=user.title())


GUEST = a_person(GUS).model_copy(update={"is_guest": True, "real_name": "Gus Guest"})
DEACTIVATED = a_person(DEB).model_copy(update={"deleted": True, "real_name": "Deb Gone"})
ROBOT = a_person(BOT).model_copy(update={"is_bot": True, "real_name": "Build Bot"})
OUTSIDER = a_person(OTTO).model_copy(update={"home_team_id": OTHER_TEAM, "real_name": "Otto Other"})
