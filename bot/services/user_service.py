"""People: checks of speakers and receivers, and the welcome of new people."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog

from bot.services.temporal_service import TemporalService, UserOnboardingInput
from relai_core.domain.ids import SlackUserId, TeamId, TokenName
from relai_core.domain.user import Unreachable, User
from relai_core.errors import (
    MessengerError,
    NotAllowedError,
    NotFoundError,
    RateLimitedError,
    RejectedMessageError,
    UnavailableError,
    UndeliverableError,
)
from relai_core.ports import Directory, UserStore

_WHY_NOT = {
    Unreachable.BOT: "is a bot",
    Unreachable.DEACTIVATED: "has been deactivated in this workspace",
    Unreachable.GUEST: "is a guest in this workspace",
    Unreachable.OUTSIDER: "belongs to another company",
}

_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{1,20}")

_log = structlog.get_logger(__name__)


class UserService:
    """Reads people from the directory, stores changes, and starts onboarding."""

    def __init__(self, directory: Directory, users: UserStore, temporal: TemporalService) -> None:
        self._directory = directory
        self._users = users
        self._temporal = temporal

    async def get_speaker(self, team_id: TeamId, user_id: SlackUserId) -> User:
        """The person who acts, if they are a full member of the workspace.

        Raises:
            NotAllowedError: the person is a guest, bot or outsider, or is deactivated.
            UnavailableError: the directory can't be read.
        """
        speaker = await self._get(team_id, user_id)
        if speaker.unreachable is not None:
            _log.warning("speaker_refused", user=user_id, why=speaker.unreachable)
            raise NotAllowedError(
                "Only full members of this workspace can use RelAI. Nothing was done."
            )
        return speaker

    async def get_receiver(self, team_id: TeamId, user_id: SlackUserId) -> User:
        """The person who is to get a task.

        Raises:
            NotAllowedError: the person can't be given tasks; the text names the reason.
            NotFoundError: there is no such person.
            UnavailableError: the directory can't be read.
        """
        receiver = await self._get(team_id, user_id)
        if (why := receiver.unreachable) is not None:
            raise NotAllowedError(
                f"{receiver.display_name} {_WHY_NOT[why]} and can't be given a task. "
                "Nothing was sent."
            )
        return receiver

    async def resolve(self, team_id: TeamId, reference: str) -> User:
        """Find a person by Slack id, e-mail address, or our id `TEAM:ID`.

        A person in the store is found even if they have left the workspace.

        Raises:
            NotFoundError: this workspace has no such person.
            UnavailableError: the directory can't be read.
        """
        if "@" in reference:
            return await self._find_by_email(team_id, reference)
        user_id = reference.removeprefix(f"{team_id}:")
        if not _SLACK_ID.fullmatch(user_id):
            raise NotFoundError("Give a person's Slack id, such as U012AB3CD, or e-mail address.")
        known = await self._users.find(team_id, SlackUserId(user_id))
        return known or await self._get(team_id, SlackUserId(user_id))

    async def list_page(
        self, team_id: TeamId, *, after: SlackUserId | None, limit: int
    ) -> list[User]:
        """Up to `limit` of the stored people in the order of ids, from the id after `after`."""
        return await self._users.list_page(team_id, after=after, limit=limit)

    async def onboard(
        self, newcomer: User, inviter: User | None, via: TokenName | None = None
    ) -> str:
        """Start onboarding for an API caller, and return the workflow id."""
        return await self._temporal.start_user_onboarding_workflow(
            UserOnboardingInput(
                team_id=newcomer.team_id,
                user_id=newcomer.id,
                inviter=inviter.id if inviter else None,
                via=via,
            )
        )

    async def join(self, joined: User) -> None:
        """Store a new person, and start onboarding if they are a full member."""
        await self._users.put(joined)
        if joined.unreachable is not None:
            _log.info("onboarding_skipped", user=joined.id, why=joined.unreachable)
            return
        await self._temporal.start_user_onboarding_workflow(
            UserOnboardingInput(team_id=joined.team_id, user_id=joined.id)
        )

    async def change(self, changed: User) -> None:
        """Store the present profile of a person."""
        await self._users.put(changed)

    async def _find_by_email(self, team_id: TeamId, address: str) -> User:
        found = None
        if _ADDRESS.fullmatch(address):
            with _reaching_slack(), suppress(RejectedMessageError, UndeliverableError):
                found = await self._directory.find_by_email(team_id, address)
        if found is None:
            raise NotFoundError("Slack knows no active person with this address.")
        return found

    async def _get(self, team_id: TeamId, user_id: SlackUserId) -> User:
        try:
            with _reaching_slack():
                return await self._directory.get_user(team_id, user_id)
        except NotFoundError:
            raise NotFoundError("Slack knows no such person in this workspace.") from None


@contextmanager
def _reaching_slack() -> Iterator[None]:
    try:
        yield
    except RateLimitedError as error:
        raise UnavailableError("Slack", error.retry_after) from error
    except MessengerError as error:
        raise UnavailableError("Slack") from error
