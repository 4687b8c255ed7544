"""People as Slack knows them, with a mirror for the times it can't be asked."""

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from relai_core.clock import Clock, utc_now
from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.domain.user import User
from relai_core.errors import (
    InstallationBrokenError,
    NotFoundError,
    RateLimitedError,
    TransientMessengerError,
    UnavailableError,
    UndeliverableError,
)
from relai_core.ports import UserStore
from relai_core.slack.client import CALL_TIMEOUT
from relai_core.slack.errors import UNKNOWN_PERSON, narrowing

FRESH_FOR = timedelta(minutes=10)
"""Slack's answer about a person is used again for this long."""
STALE_AFTER = timedelta(days=1)
"""While Slack can't be asked, the mirror's copy may be this old."""
REMEMBER_WITHIN = timedelta(milliseconds=200)
"""Time limit of a write to the mirror. The caller, who has Slack's answer, waits for it."""
ABOUT_TO = timedelta(minutes=1)
"""Quiet hours that start within a minute count as started: Slack's clock differs from ours."""

_DND = (
    *("snooze_enabled", "snooze_endtime"),
    *("dnd_enabled", "next_dnd_start_ts", "next_dnd_end_ts"),
)
_SLACKBOT = "USLACKBOT"

_log = structlog.get_logger(__name__)


class SlackDirectory:
    """Fulfils `relai_core.ports.Directory`.

    Args:
        client: Looks people up in Slack.
        users: The mirror.
        now: The clock for the age of the mirror's copy.
        fresh_for: Slack isn't asked while the mirror's copy is younger than this.
        patience: Time limit for Slack's answer if the mirror knows the person well enough.
        ask_within: Time limit if the mirror's copy is missing or too old.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        users: UserStore,
        now: Clock = utc_now,
        fresh_for: timedelta = FRESH_FOR,
        patience: timedelta = CALL_TIMEOUT,
        ask_within: timedelta = CALL_TIMEOUT,
    ) -> None:
        self._client = client
        self._users = users
        self._now = now
        self._fresh_for = fresh_for
        self._patience = patience
        self._ask_within = ask_within

    async def get_user(self, team_id: TeamId, user_id: SlackUserId) -> User:
        """A person, seen in Slack within `fresh_for`.

        If Slack is down or slow, limits our calls or refuses our token, the mirror's copy serves
        while it is at most a day old; this logs `directory_stale`. If the mirror is slow to store
        Slack's answer, the caller does not wait for it; this logs `directory_not_remembered`.

        Raises:
            NotFoundError: Slack knows no such person here.
            MessengerError: Slack can't be asked, and the mirror is older than that.
            UnavailableError: the mirror can't be read.
        """
        now = self._now()
        known = await self._users.find(team_id, user_id)
        # abs: a wrong clock may have written a time in the future.
        age = abs(now - known.refreshed_at) if known else timedelta.max
        if known is not None and age < self._fresh_for:
            return known
        serves = age <= STALE_AFTER
        within = self._patience if serves else self._ask_within
        try:
            user = await self._ask(team_id, self._client.users_info(user=user_id), within)
        except (TransientMessengerError, RateLimitedError, InstallationBrokenError) as error:
            if known is None or not serves:
                raise
            _log.warning(
                "directory_stale", user_id=user_id, seen=known.refreshed_at, code=error.code
            )
            return known
        await self._remember(user)
        return user

    async def find_by_email(self, team_id: TeamId, email: str) -> User | None:
        """The active person with this address, or None; the mirror learns of them if it can.

        Slack is always asked, since the address is kept nowhere.

        Raises:
            MessengerError: Slack can't be asked.
        """
        # POST, where the SDK would send a GET: an error of a GET may quote the URL in a log.
        call = self._client.api_call("users.lookupByEmail", data={"email": email})
        try:
            user = await self._ask(team_id, call, self._ask_within)
        except NotFoundError:
            return None
        await self._remember(user)
        return user

    async def quiet_until(
        self, team_id: TeamId, user_id: SlackUserId, at: datetime
    ) -> datetime | None:
        """The end of a snooze or of do-not-disturb hours that hold at `at`, or None.

        Raises:
            NotFoundError: Slack knows no such person here.
            MessengerError: Slack can't be asked.
        """
        with _person_known(), narrowing(repeatable=True):
            answer = await self._client.dnd_info(user=user_id, team_id=team_id)
        return quiet_end({name: answer.get(name) for name in _DND}, at)

    async def _ask(
        self, team_id: TeamId, call: Awaitable[AsyncSlackResponse], within: timedelta
    ) -> User:
        now = self._now()
        with _person_known(), narrowing(repeatable=True):
            async with asyncio.timeout(within.total_seconds()):
                answer = await call
        return user_from_payload(team_id, answer["user"], now)

    async def _remember(self, user: User) -> None:
        # The caller already has Slack's answer. If the write fails, the mirror's copy stays
        # old, so the next caller asks Slack again.
        try:
            async with asyncio.timeout(REMEMBER_WITHIN.total_seconds()):
                await self._users.put(user)
        except (TimeoutError, UnavailableError) as error:
            cause = type(error).__name__
            _log.warning("directory_not_remembered", user_id=user.id, cause=cause)


def user_from_payload(team_id: TeamId, payload_user: Mapping[str, Any], seen_at: datetime) -> User:
    """Read a user object of Slack, from the Web API or an event, as a person of `team_id`.

    A time zone that is missing, or that this machine does not know, counts as UTC.
    """
    home = payload_user.get("team_id") or team_id
    profile = payload_user.get("profile") or {}
    name = payload_user.get("name") or payload_user["id"]
    return User(
        team_id=team_id,
        id=payload_user["id"],
        name=name,
        real_name=payload_user.get("real_name") or profile.get("real_name") or "",
        tz=_known_zone(payload_user.get("tz")),
        home_team_id=home,
        # Slack does not mark its own Slackbot as a bot.
        is_bot=bool(payload_user.get("is_bot")) or payload_user["id"] == _SLACKBOT,
        is_guest=any(payload_user.get(f"is_{kind}restricted") for kind in ("", "ultra_")),
        is_outsider=bool(payload_user.get("is_stranger")) or home != team_id,
        deleted=bool(payload_user.get("deleted")),
        refreshed_at=seen_at,
    )


def quiet_end(dnd: Mapping[str, Any], at: datetime) -> datetime | None:
    """The end of the quiet time that holds at `at`, from the answer of dnd.info."""
    end = at
    if dnd.get("snooze_enabled"):
        end = max(end, _moment(dnd.get("snooze_endtime")))
    if dnd.get("dnd_enabled") and _moment(dnd.get("next_dnd_start_ts")) <= end + ABOUT_TO:
        # A snooze that ends within the nightly hours goes on until their end.
        end = max(end, _moment(dnd.get("next_dnd_end_ts")))
    return end if end > at else None


@contextmanager
def _person_known() -> Iterator[None]:
    try:
        yield
    except UndeliverableError as error:
        if error.code in UNKNOWN_PERSON:
            raise NotFoundError("Slack knows no such person in this workspace.") from error
        raise


def _moment(timestamp: float | None) -> datetime:
    return datetime.fromtimestamp(timestamp or 0, UTC)


def _known_zone(name: object) -> str:
    try:
        return ZoneInfo(str(name)).key if name else "UTC"
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
