"""Finds the people that a request names. A problem names the field of a wrong person."""

from bot.api.problem_codes import ProblemCode
from bot.api.problems import Problem
from bot.services.user_service import UserService
from relai_core.domain.ids import TeamId
from relai_core.domain.user import User
from relai_core.errors import NotAllowedError, NotFoundError


class People:
    """Finds people within one workspace at a time."""

    def __init__(self, users: UserService) -> None:
        self._users = users

    async def named(self, team_id: TeamId, reference: str, field: str) -> User:
        """A person who is or was in the workspace.

        Raises:
            Problem: there is no such person.
        """
        try:
            return await self._users.resolve(team_id, reference)
        except NotFoundError as error:
            detail = f"{field}: {error}"
            raise Problem(422, ProblemCode.UNKNOWN_PERSON, detail, field=field) from error

    async def speaker(self, team_id: TeamId, reference: str, field: str) -> User:
        """A person in whose name a request can act.

        Raises:
            Problem: there is no such person, or the person may not use RelAI.
        """
        person = await self.named(team_id, reference, field)
        try:
            return await self._users.get_speaker(team_id, person.id)
        except NotAllowedError as error:
            raise _cannot(error, field) from error

    async def receiver(self, team_id: TeamId, reference: str, field: str) -> User:
        """A person who can be given tasks.

        Raises:
            Problem: there is no such person, or the person can't be given tasks.
        """
        person = await self.named(team_id, reference, field)
        try:
            return await self._users.get_receiver(team_id, person.id)
        except NotAllowedError as error:
            raise _cannot(error, field) from error


def _cannot(error: NotAllowedError, field: str) -> Problem:
    return Problem(422, ProblemCode.PERSON_CANNOT, f"{field}: {error}", field=field)
