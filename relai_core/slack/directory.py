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
"""How long what Slack said about a person is taken for granted."""
STALE_AFTER = timedelta(days=1)
"""How old the mirror may be while Slack can't be asked."""
REMEMBER_WITHIN = timedelta(milliseconds=200)
"""How long the mirror may take to learn what is known by then. Its write waits for a disk."""
ABOUT_TO = timedelta(minutes=1)
"""Quiet hours that begin so soon have begun: Slack's clock is not ours."""

_DND = (
    *("snooze_enabled", "snooze_endtime"),
    *("dnd_enabled", "next_dnd_start_ts", "next_dnd_end_ts"),
)
_SLACKBOT = "USLACKBOT"

_log = structlog.get_logger(__name__)


class SlackDirectory:
    """Fulfils `relai_core.ports.Directory`.

    Args:
        client: Where people are looked up.
        users: The mirror.
        now: Tells how old the mirror is.
        fresh_for: How long the mirror is as good as Slack.
        patience: How long Slack may keep whoever asks waiting for a person the mirror knows.
        ask_within: The same for a person it does not know, or not well enough.
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

        While Slack is down, limits us, refuses our token or tries our patience, what the mirror
        knows from the last day is good enough: that is logged as `directory_stale`. A mirror that
        is slow to learn what Slack said keeps nobody waiting: `directory_not_remembered`.

        Raises:
            NotFoundError: Slack knows no such person here.
            MessengerError: Slack can't be asked, and the mirror is older than that.
            UnavailableError: the mirror can't be read.
        """
        now = self._now()
        known = await self._users.find(team_id, user_id)
        # What was seen long after now was seen by a clock that was wrong.
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
        # Not by GET, as the SDK has it: what it raises may quote the URL, and end up in a log.
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
        """Until when a snooze or the do-not-disturb hours hold at `at`, or None.

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
        # Whoever asks has their answer from Slack by now. A mirror that did not learn of it is
        # as old as before, so the next one asks again.
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
        # Slack does not call its own bot one.
        is_bot=bool(payload_user.get("is_bot")) or payload_user["id"] == _SLACKBOT,
        is_guest=any(payload_user.get(f"is_{kind}restricted") for kind in ("", "ultra_")),
        is_outsider=bool(payload_user.get("is_stranger")) or home != team_id,
        deleted=bool(payload_user.get("deleted")),
        refreshed_at=seen_at,
    )


def quiet_end(dnd: Mapping[str, Any], at: datetime) -> datetime | None:
    """When the quiet time that holds at `at` ends, by what dnd.info answered."""
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
