"""People of the workspace, and do-not-disturb."""

import pytest

from tests.devstack.slack_sandbox.conftest import Start
from tests.devstack.slack_sandbox.refusals import error_of
from tests.devstack.slack_sandbox.world import World

PEOPLE = ("ana", "bo", "cy", "gus", "dan", "buildbot")


async def test_a_person_has_a_time_zone(world: World) -> None:
    user = (await world.slack.users_info(user=await world.user("cy")))["user"]

    assert (user["tz"], user["tz_offset"]) == ("Asia/Tokyo", 9 * 3600)
    assert user["profile"]["display_name"] == "cy"
    assert (user["is_bot"], user["deleted"], user["is_restricted"]) == (False, False, False)


async def test_a_guest_and_a_bot_are_marked(world: World) -> None:
    guest = (await world.slack.users_info(user=await world.user("gus")))["user"]
    bot = (await world.slack.users_info(user=await world.user("buildbot")))["user"]

    assert guest["is_restricted"]
    assert (bot["is_bot"], bool(bot["profile"]["bot_id"])) == (True, True)


async def test_deactivated_person_has_fewer_fields(world: World) -> None:
    user = (await world.slack.users_info(user=await world.user("dan")))["user"]

    assert user["deleted"]
    assert not {"tz", "real_name", "is_restricted"} & set(user)


async def test_people_are_listed_in_pages_with_slackbot(world: World) -> None:
    found, cursor = [], None
    while cursor != "":
        page = await world.slack.users_list(limit=3, cursor=cursor)
        found += page["members"]
        cursor = page["response_metadata"]["next_cursor"]

    names = [user["name"] for user in found]
    assert sorted(names) == sorted([*PEOPLE, "relai", "slackbot"])
    assert not next(user for user in found if user["id"] == "USLACKBOT")["is_bot"]


async def test_unknown_user_is_not_found(world: World) -> None:
    assert await error_of(world.slack.users_info(user="U404")) == "user_not_found"


async def test_email_is_shown_with_its_scope_only(start: Start) -> None:
    without = await start(scopes=("users:read",))
    with_scope = await start(scopes=("users:read", "users:read.email"))

    hidden = (await without.slack.users_info(user=await without.user("ana")))["user"]["profile"]
    shown = (await with_scope.slack.users_info(user=await with_scope.user("ana")))["user"]

    assert "email" not in hidden
    assert shown["profile"]["email"] == "ana@example.com"


async def test_email_lookup_needs_its_scope(start: Start) -> None:
    world = await start(scopes=("users:read",))

    lookup = world.slack.users_lookupByEmail(email="ana@example.com")

    assert await error_of(lookup) == "missing_scope"


@pytest.mark.parametrize("scopes", [("users:read",), ("users:read", "users:read.email")])
async def test_event_shows_the_email_with_its_scope_only(
    start: Start, scopes: tuple[str, ...]
) -> None:
    world = await start(scopes=scopes)
    app = await world.socket_app()

    await world.control("POST", "people", name="zoe")

    shown = (await app.received.get()).payload["event"]["user"]["profile"]
    assert ("email" in shown) == ("users:read.email" in scopes)


async def test_active_people_are_found_by_email(world: World) -> None:
    lookup = world.slack.users_lookupByEmail

    assert (await lookup(email="Ana@Example.com"))["user"]["id"] == await world.user("ana")
    assert await error_of(lookup(email="dan@example.com")) == "users_not_found"
    assert await error_of(lookup(email="zoe@example.com")) == "users_not_found"


async def test_a_profile_can_be_read_alone(world: World) -> None:
    profile = (await world.slack.users_profile_get(user=await world.user("ana")))["profile"]

    assert profile["real_name"] == "Ana Ortiz"


async def test_do_not_disturb_is_reported(world: World) -> None:
    user = await world.user("bo")
    period = {"enabled": True, "start": 1_900_000_000, "end": 1_900_030_000}
    await world.control("PATCH", f"people/{user}", dnd=period)

    told = await world.slack.dnd_info(user=user)

    assert told["dnd_enabled"]
    assert (told["next_dnd_start_ts"], told["next_dnd_end_ts"]) == (period["start"], period["end"])


async def test_snooze_is_reported_until_it_ends(world: World) -> None:
    user = await world.user("bo")
    until = int(world.clock()) + 600
    await world.control("PATCH", f"people/{user}", snooze_until=until)

    during = await world.slack.dnd_info(user=user)
    world.clock.advance(601)
    after = await world.slack.dnd_info(user=user)

    assert (during["dnd_enabled"], during["next_dnd_end_ts"]) == (True, until)
    assert "snooze_enabled" not in during.data
    assert not after["dnd_enabled"]


async def test_do_not_disturb_is_reported_for_many(world: World) -> None:
    users = [await world.user("ana"), await world.user("bo")]

    told = await world.slack.dnd_teamInfo(users=[*users, "U404"])

    assert set(told["users"]) == set(users)


@pytest.mark.parametrize(("users", "error"), [("", "invalid_arguments"), ("U,", "")])
async def test_do_not_disturb_needs_a_user(world: World, users: str, error: str) -> None:
    call = world.slack.api_call("dnd.teamInfo", params={"users": users})

    if error:
        assert await error_of(call) == error
    else:
        assert (await call)["users"] == {}


async def test_do_not_disturb_takes_at_most_50_users(world: World) -> None:
    users = [f"U{number}" for number in range(51)]

    assert await error_of(world.slack.dnd_teamInfo(users=users)) == "too_many_users"
