"""People are read from Slack, or from the store while Slack can't be asked."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from traceback import format_exception
from typing import Any

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from devstack.slack_sandbox.options import DEFAULT_SCOPES, Options
from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.domain.user import Unreachable, User
from relai_core.errors import (
    InstallationBrokenError,
    MessengerError,
    NotFoundError,
    RateLimitedError,
    TransientMessengerError,
    UnavailableError,
)
from relai_core.slack.client import create_client, create_session
from relai_core.slack.directory import SlackDirectory, quiet_end, user_from_payload
from tests.devstack.slack_sandbox.world import World, start_world
from tests.relai_core.slack.faults import fault

ADDRESS = "ana@example.com"
REVOKED = "token_revoked"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
TEAM = TeamId("T1")


class Mirror:
    """A UserStore in memory."""

    def __init__(self) -> None:
        self.users: dict[tuple[TeamId, SlackUserId], User] = {}
        self.is_down = False
        self.takes_writes = True
        self.write_takes = timedelta()

    async def put(self, user: User) -> None:
        self._answer()
        if not self.takes_writes:
            raise UnavailableError("MongoDB")
        await asyncio.sleep(self.write_takes.total_seconds())
        self.users[user.team_id, user.id] = user

    async def find(self, team_id: TeamId, user_id: SlackUserId) -> User | None:
        self._answer()
        return self.users.get((team_id, user_id))

    async def list_page(
        self, team_id: TeamId, *, after: SlackUserId | None, limit: int
    ) -> list[User]:
        raise AssertionError("the directory lists nobody")

    def _answer(self) -> None:
        if self.is_down:
            raise UnavailableError("MongoDB")


@pytest.fixture
def mirror() -> Mirror:
    return Mirror()


@pytest.fixture
def directory(client: AsyncWebClient, mirror: Mirror) -> SlackDirectory:
    return SlackDirectory(client, mirror)


@pytest.fixture
async def team(world: World) -> TeamId:
    return TeamId((await world.control("GET", "workspace"))["team"]["id"])


@pytest.fixture
async def ana(world: World) -> SlackUserId:
    return SlackUserId(await world.user("ana"))


async def call_count(world: World, method: str = "users.info") -> int:
    return len((await world.control("GET", f"calls?method={method}"))["calls"])


def a_user(team: TeamId, user_id: SlackUserId, age: timedelta) -> User:
    return User(team_id=team, id=user_id, name="old", refreshed_at=datetime.now(UTC) - age)


async def test_person_is_read_and_stored(
    directory: SlackDirectory, mirror: Mirror, team: TeamId, ana: SlackUserId
) -> None:
    user = await directory.get_user(team, ana)

    assert user.name == "ana"
    assert mirror.users[team, ana] == user


async def test_fresh_copy_is_served_without_slack(
    world: World, directory: SlackDirectory, mirror: Mirror, team: TeamId, ana: SlackUserId
) -> None:
    await mirror.put(a_user(team, ana, timedelta(minutes=9)))

    assert (await directory.get_user(team, ana)).name == "old"
    assert await call_count(world) == 0


async def test_older_copy_is_refreshed(
    directory: SlackDirectory, mirror: Mirror, team: TeamId, ana: SlackUserId
) -> None:
    await mirror.put(a_user(team, ana, timedelta(minutes=11)))

    assert (await directory.get_user(team, ana)).name == "ana"


async def test_copy_from_the_future_is_refreshed(
    directory: SlackDirectory, mirror: Mirror, team: TeamId, ana: SlackUserId
) -> None:
    await mirror.put(a_user(team, ana, -timedelta(hours=1)))

    assert (await directory.get_user(team, ana)).name == "ana"


@pytest.mark.parametrize("answer", ["ratelimited", "lost_before", "server_error", REVOKED])
async def test_copy_of_a_day_serves_while_slack_is_down(
    world: World,
    directory: SlackDirectory,
    mirror: Mirror,
    team: TeamId,
    ana: SlackUserId,
    answer: str,
) -> None:
    await mirror.put(a_user(team, ana, timedelta(hours=23)))
    if answer == REVOKED:
        await fault(world, "users.info", "error", error=REVOKED)
    else:
        # A GET may be tried again by the transport, so one cut connection is not enough.
        await fault(world, "users.info", answer, times=5)

    with structlog.testing.capture_logs() as logs:
        user = await directory.get_user(team, ana)

    assert user.name == "old"
    assert [(line["event"], line["user_id"]) for line in logs] == [("directory_stale", ana)]


async def test_copy_of_a_day_serves_while_slack_is_slow(
    world: World, client: AsyncWebClient, mirror: Mirror, team: TeamId, ana: SlackUserId
) -> None:
    directory = SlackDirectory(client, mirror, patience=timedelta(milliseconds=20))
    await mirror.put(a_user(team, ana, timedelta(hours=23)))
    await fault(world, "users.info", "slow", delay=0.2)

    with structlog.testing.capture_logs() as logs:
        user = await directory.get_user(team, ana)

    assert user.name == "old"
    assert [(line["event"], line["user_id"]) for line in logs] == [("directory_stale", ana)]


@pytest.mark.parametrize("known", [None, timedelta(days=2)], ids=["unknown", "known too long ago"])
async def test_slow_slack_is_awaited_without_a_usable_copy(
    world: World,
    client: AsyncWebClient,
    mirror: Mirror,
    team: TeamId,
    ana: SlackUserId,
    known: timedelta | None,
) -> None:
    directory = SlackDirectory(client, mirror, patience=timedelta(milliseconds=20))
    if known is not None:
        await mirror.put(a_user(team, ana, known))
    await fault(world, "users.info", "slow", delay=0.1)

    assert (await directory.get_user(team, ana)).name == "ana"


async def test_unknown_person_is_asked_for_within_a_limit(
    world: World, client: AsyncWebClient, mirror: Mirror, team: TeamId, ana: SlackUserId
) -> None:
    directory = SlackDirectory(client, mirror, ask_within=timedelta(milliseconds=20))
    await fault(world, "users.info", "slow", delay=0.2)

    with pytest.raises(TransientMessengerError):
        await directory.get_user(team, ana)


@pytest.mark.parametrize(
    ("kind", "code", "failure"),
    [("ratelimited", "", RateLimitedError), ("error", REVOKED, InstallationBrokenError)],
)
async def test_copy_of_two_days_does_not_serve(
    world: World,
    directory: SlackDirectory,
    mirror: Mirror,
    team: TeamId,
    ana: SlackUserId,
    kind: str,
    code: str,
    failure: type[MessengerError],
) -> None:
    await mirror.put(a_user(team, ana, timedelta(days=2)))
    await fault(world, "users.info", kind, error=code)

    with pytest.raises(failure):
        await directory.get_user(team, ana)


async def test_person_without_a_copy_needs_slack(
    world: World, directory: SlackDirectory, team: TeamId, ana: SlackUserId
) -> None:
    await fault(world, "users.info", "server_error")

    with pytest.raises(TransientMessengerError):
        await directory.get_user(team, ana)


async def test_unavailable_store_is_named(
    directory: SlackDirectory, mirror: Mirror, team: TeamId, ana: SlackUserId
) -> None:
    mirror.is_down = True

    with pytest.raises(UnavailableError, match="MongoDB"):
        await directory.get_user(team, ana)


async def test_slow_store_does_not_delay_the_answer(
    directory: SlackDirectory, mirror: Mirror, team: TeamId, ana: SlackUserId
) -> None:
    """A slow or full disk costs the stored copy, not the command."""
    mirror.write_takes = timedelta(hours=1)

    with structlog.testing.capture_logs() as logs:
        user = await directory.get_user(team, ana)

    assert user.name == "ana"
    assert [(line["event"], line["user_id"]) for line in logs] == [
        ("directory_not_remembered", ana)
    ]


async def test_person_who_was_not_stored_is_read_again(
    world: World, directory: SlackDirectory, mirror: Mirror, team: TeamId, ana: SlackUserId
) -> None:
    """The old copy does not replace the answer that Slack has just given."""
    await mirror.put(a_user(team, ana, timedelta(hours=1)))
    mirror.takes_writes = False

    names = [(await directory.get_user(team, ana)).name for _ in range(2)]

    assert names == ["ana", "ana"]
    assert await call_count(world) == 2


async def test_unknown_id_is_not_found(directory: SlackDirectory, team: TeamId) -> None:
    with pytest.raises(NotFoundError):
        await directory.get_user(team, SlackUserId("U0NOBODY"))


@pytest.mark.parametrize("address", [ADDRESS, "Ana@EXAMPLE.com"])
async def test_person_is_found_by_email_and_stored(
    directory: SlackDirectory, mirror: Mirror, team: TeamId, ana: SlackUserId, address: str
) -> None:
    user = await directory.find_by_email(team, address)

    assert user is not None
    assert (user.id, user.name) == (ana, "ana")
    assert mirror.users == {(team, ana): user}


async def test_email_is_looked_up_each_time(
    world: World, directory: SlackDirectory, team: TeamId
) -> None:
    await directory.find_by_email(team, ADDRESS)
    await directory.find_by_email(team, ADDRESS)

    assert await call_count(world, "users.lookupByEmail") == 2


@pytest.mark.parametrize("address", ["nobody@example.com", "dan@example.com"])
async def test_unknown_or_deactivated_email_finds_no_person(
    directory: SlackDirectory, mirror: Mirror, team: TeamId, address: str
) -> None:
    assert await directory.find_by_email(team, address) is None
    assert mirror.users == {}


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        ("ratelimited", RateLimitedError),
        ("server_error", TransientMessengerError),
        ("lost_before", TransientMessengerError),
        ("lost_after", TransientMessengerError),
        ("unreachable", TransientMessengerError),
    ],
)
async def test_email_lookup_fails_while_slack_is_down(
    world: World,
    directory: SlackDirectory,
    mirror: Mirror,
    team: TeamId,
    kind: str,
    failure: type[Exception],
) -> None:
    await directory.find_by_email(team, ADDRESS)
    known = dict(mirror.users)
    await fault(world, "*" if kind == "unreachable" else "users.lookupByEmail", kind, times=5)

    with pytest.raises(failure):
        await directory.find_by_email(team, ADDRESS)
    assert mirror.users == known


async def test_email_lookup_has_a_time_limit(
    world: World, client: AsyncWebClient, mirror: Mirror, team: TeamId
) -> None:
    directory = SlackDirectory(client, mirror, ask_within=timedelta(milliseconds=20))
    await fault(world, "users.lookupByEmail", "slow", delay=0.2)

    with pytest.raises(TransientMessengerError):
        await directory.find_by_email(team, ADDRESS)


async def test_email_lookup_needs_its_scope(mirror: Mirror) -> None:
    scopes = tuple(scope for scope in DEFAULT_SCOPES if scope != "users:read.email")
    async with AsyncExitStack() as closing:
        world = await start_world(closing, Options(scopes=scopes))
        session = await closing.enter_async_context(create_session())
        client = create_client("xoxb-sandbox", f"{world.url}/api/", session)

        with pytest.raises(InstallationBrokenError, match="missing_scope"):
            await SlackDirectory(client, mirror).find_by_email(TEAM, ADDRESS)


async def test_email_lookup_works_while_the_store_is_down(
    directory: SlackDirectory, mirror: Mirror, team: TeamId, ana: SlackUserId
) -> None:
    mirror.is_down = True

    found = await directory.find_by_email(team, ADDRESS)

    assert found is not None
    assert found.id == ana


async def test_email_is_neither_stored_nor_logged(
    directory: SlackDirectory,
    mirror: Mirror,
    team: TeamId,
    ana: SlackUserId,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    await directory.find_by_email(team, ADDRESS)
    by_address = mirror.users.pop((team, ana))
    by_id = await directory.get_user(team, ana)

    assert ADDRESS not in by_address.model_dump_json() + by_id.model_dump_json() + caplog.text


@pytest.mark.parametrize("kind", ["ratelimited", "server_error", "lost_after", "error"])
async def test_error_does_not_quote_the_email(
    world: World, directory: SlackDirectory, team: TeamId, kind: str
) -> None:
    await fault(world, "users.lookupByEmail", kind, error="internal_error")

    with pytest.raises(MessengerError) as failure:
        await directory.find_by_email(team, ADDRESS)

    assert ADDRESS not in "".join(format_exception(failure.value))


async def test_malformed_answer_does_not_quote_the_email(mirror: Mirror) -> None:
    async def garbled(_: web.Request) -> web.Response:
        return web.Response(body=b"<html>", content_type="application/json")

    server = web.Application()
    server.router.add_route("*", "/api/users.lookupByEmail", garbled)
    async with create_session() as session, TestServer(server) as slack:
        client = create_client("xoxb-1", str(slack.make_url("/api/")), session)

        with pytest.raises(TransientMessengerError) as failure:
            await SlackDirectory(client, mirror).find_by_email(TEAM, ADDRESS)

    assert ADDRESS not in "".join(format_exception(failure.value))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, None),
        ({"is_restricted": True}, Unreachable.GUEST),
        ({"is_ultra_restricted": True}, Unreachable.GUEST),
        ({"is_stranger": True}, Unreachable.OUTSIDER),
        ({"team_id": "T2"}, Unreachable.OUTSIDER),
        ({"is_bot": True}, Unreachable.BOT),
        ({"id": "USLACKBOT"}, Unreachable.BOT),
        ({"deleted": True}, Unreachable.DEACTIVATED),
    ],
)
def test_ineligible_people_are_recognised(
    fields: Mapping[str, Any], why: Unreachable | None
) -> None:
    payload = {"id": "U1", "team_id": "T1", "name": "dana", **fields}

    assert user_from_payload(TEAM, payload, NOW).unreachable is why


@pytest.mark.parametrize("tz", [None, "", "Mars/Olympus", "../../etc/passwd", "/etc"])
def test_an_unknown_zone_counts_as_utc(tz: str | None) -> None:
    user = user_from_payload(TEAM, {"id": "U1", "name": "dana", "tz": tz}, NOW)

    assert user.zone.key == "UTC"


def test_minimal_payload_is_enough() -> None:
    user = user_from_payload(TEAM, {"id": "U1"}, NOW)

    assert (user.display_name, user.refreshed_at) == ("U1", NOW)


def test_real_name_is_read_from_the_profile() -> None:
    payload = {"id": "U1", "name": "dana", "profile": {"real_name": "Dana Doe"}}

    assert user_from_payload(TEAM, payload, NOW).display_name == "Dana Doe"


def at(hours: float) -> int:
    return int((NOW + timedelta(hours=hours)).timestamp())


def hours(start: float, end: float) -> dict[str, Any]:
    return {"dnd_enabled": True, "next_dnd_start_ts": at(start), "next_dnd_end_ts": at(end)}


def snooze(end: float) -> dict[str, Any]:
    return {"snooze_enabled": True, "snooze_endtime": at(end)}


@pytest.mark.parametrize(
    ("dnd", "end"),
    [
        pytest.param({"dnd_enabled": False}, None, id="never"),
        pytest.param(hours(-1, 2), 2, id="within the hours"),
        pytest.param(hours(1, 2), None, id="before the hours"),
        pytest.param(hours(-2, -1), None, id="after the hours"),
        pytest.param(snooze(3), 3, id="snoozed"),
        pytest.param(snooze(-3), None, id="a snooze that is over"),
        pytest.param(snooze(3) | hours(2, 9), 9, id="a snooze that ends within the hours"),
        pytest.param(snooze(1) | hours(2, 9), 1, id="a snooze that ends before the hours"),
        pytest.param(hours(0.01, 2), 2, id="hours that are about to begin"),
    ],
)
def test_quiet_time_follows_do_not_disturb(dnd: dict[str, Any], end: float | None) -> None:
    expected = None if end is None else NOW + timedelta(hours=end)

    assert quiet_end(dnd, NOW) == expected


async def test_snoozing_person_is_quiet_until_the_end(
    world: World, directory: SlackDirectory, team: TeamId, ana: SlackUserId
) -> None:
    now = datetime.now(UTC)
    end = int(now.timestamp()) + 3600
    await world.control("PATCH", f"people/{ana}", snooze_until=end)

    assert await directory.quiet_until(team, ana, now) == datetime.fromtimestamp(end, UTC)


async def test_other_people_are_not_quiet(
    directory: SlackDirectory, team: TeamId, ana: SlackUserId
) -> None:
    assert await directory.quiet_until(team, ana, datetime.now(UTC)) is None


async def test_quiet_time_needs_its_scope(
    world: World, directory: SlackDirectory, team: TeamId, ana: SlackUserId
) -> None:
    await fault(world, "dnd.info", "error", error="missing_scope")

    with pytest.raises(InstallationBrokenError):
        await directory.quiet_until(team, ana, NOW)
