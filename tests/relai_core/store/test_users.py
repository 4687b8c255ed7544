"""Stored people: the latest version of a person stays."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from devstack.mongo_server import MongoServer
from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.domain.user import User
from relai_core.errors import UnavailableError
from relai_core.store.connection import Document
from relai_core.store.database import Database
from tests.relai_core.builders import ANA, BEN, NOW, OTHER_TEAM, TEAM


async def test_stored_person_is_returned_unchanged(database: Database) -> None:
    ana = _ana(tz="Europe/Lisbon", real_name="Ana Ruiz", is_guest=True)

    await database.users.put(ana)

    assert await database.users.find(TEAM, ANA) == ana


async def test_unknown_person_is_not_found(database: Database) -> None:
    assert await database.users.find(TEAM, BEN) is None


async def test_the_same_id_in_another_workspace_is_another_person(database: Database) -> None:
    await database.users.put(_ana())

    assert await database.users.find(OTHER_TEAM, ANA) is None


async def test_newer_version_replaces_an_older_one(database: Database) -> None:
    later = _ana(name="ana.ruiz", refreshed_at=NOW + timedelta(seconds=1))
    await database.users.put(_ana())

    await database.users.put(later)

    assert await database.users.find(TEAM, ANA) == later


async def test_older_version_that_arrives_late_is_dropped(database: Database) -> None:
    later = _ana(name="ana.ruiz", refreshed_at=NOW + timedelta(seconds=1))
    await database.users.put(later)

    await database.users.put(_ana())

    assert await database.users.find(TEAM, ANA) == later


async def test_latest_of_concurrent_versions_stays(database: Database) -> None:
    sights = [_ana(refreshed_at=NOW + timedelta(seconds=second)) for second in range(20)]

    await asyncio.gather(*map(database.users.put, sights))

    assert await database.users.find(TEAM, ANA) == sights[-1]


async def test_name_with_dollars_and_dots_is_stored_unchanged(database: Database) -> None:
    """The write is a pipeline, in which `$name` would be a field."""
    ana = _ana(name="$refreshed_at", real_name="a.b")

    await database.users.put(ana)

    assert await database.users.find(TEAM, ANA) == ana


async def test_refused_write_is_reported_as_unavailable(
    database: Database, mongo_server: MongoServer, database_name: str
) -> None:
    """A full disk or a quota refuses writes like this."""
    await database.users.put(_ana())
    with MongoClient[Document](mongo_server.uri) as client:
        client[database_name].command("collMod", "users", validator={"tz": "nowhere"})
        with pytest.raises(UnavailableError, match="MongoDB"):
            await database.users.put(_ana(tz="Europe/Lisbon"))
        client[database_name].command("collMod", "users", validator={})


async def test_people_are_listed_a_page_at_a_time_by_id(database: Database) -> None:
    everyone = [_ana(id=SlackUserId(f"U{number:03}")) for number in range(7)]
    for person in reversed(everyone):
        await database.users.put(person)

    first = await database.users.list_page(TEAM, after=None, limit=4)
    second = await database.users.list_page(TEAM, after=first[-1].id, limit=4)

    assert first + second == everyone


async def test_people_of_other_workspaces_are_never_listed(database: Database) -> None:
    """Workspace ids may share a prefix: digits sort before ":", letters after it."""
    teams = (TEAM, OTHER_TEAM, TeamId(f"{TEAM}9"), TeamId(f"{TEAM}A"))
    for team in teams:
        await database.users.put(_ana(team_id=team))

    for team in teams:
        listed = await database.users.list_page(team, after=None, limit=9)
        assert listed == [_ana(team_id=team)]


def _ana(**fields: Any) -> User:
    seen: dict[str, Any] = {"team_id": TEAM, "id": ANA, "name": "ana", "refreshed_at": NOW}
    return User(**(seen | fields))
