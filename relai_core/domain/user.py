"""People as Slack knows them, and the reasons why a person can't get a task."""

from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.domain.model import Model


class Unreachable(StrEnum):
    """Why a person can't hold a task or be told something."""

    BOT = "bot"
    DEACTIVATED = "deactivated"
    GUEST = "guest"
    OUTSIDER = "outsider"


class User(Model):
    """A person of one workspace, as last seen in Slack.

    `tz` is an IANA zone name. `home_team_id` differs from `team_id` for people of another company
    who are present through Slack Connect.
    """

    team_id: TeamId
    id: SlackUserId
    name: str
    real_name: str = ""
    tz: str = "UTC"
    home_team_id: TeamId | None = None
    is_bot: bool = False
    is_guest: bool = False
    is_outsider: bool = False
    deleted: bool = False
    refreshed_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def display_name(self) -> str:
        return self.real_name or self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @property
    def unreachable(self) -> Unreachable | None:
        """The reason why this person can't get a task, or None if they can."""
        if self.deleted:
            return Unreachable.DEACTIVATED
        if self.is_bot:
            return Unreachable.BOT
        if self.is_outsider or self.home_team_id not in (None, self.team_id):
            return Unreachable.OUTSIDER
        if self.is_guest:
            return Unreachable.GUEST
        return None
