"""Slack revokes the token: tasks are saved, and told once the token is right again."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from pymongo import MongoClient

from tests.running import running
from tests.scenarios.people import (
    Json,
    Person,
    Workspace,
    answer_of,
    eventually,
    says_saved,
)
from tests.scenarios.stack import RelaiStack, Servers

A_MINUTE_AND_MORE = 100.0
"""Longer than the pause after which a broken installation is tried again."""


@pytest.fixture(scope="module")
def relai(tmp_path_factory: pytest.TempPathFactory, servers: Servers) -> Iterator[RelaiStack]:
    """A stack of its own: its messages are tried for a minute, and would meet others' faults."""
    with running(RelaiStack(tmp_path_factory.mktemp("revoked"), *servers, "http")) as stack:
        yield stack


@pytest.mark.long
async def test_tasks_saved_with_a_revoked_token_are_told_later(
    relai: RelaiStack, workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    bo = await _create_with_a_revoked_token(relai, workspace, session)

    await workspace.clear_faults()

    for number in range(3):
        await bo.sees(f"While revoked {number}", patience=A_MINUTE_AND_MORE)
    assert await bo.count("While revoked", "Mark complete") == 3


async def test_revoked_token_is_reported_and_tasks_are_saved(
    relai: RelaiStack, workspace: Workspace, session: aiohttp.ClientSession
) -> None:
    await _create_with_a_revoked_token(relai, workspace, session)


async def _create_with_a_revoked_token(
    relai: RelaiStack, workspace: Workspace, session: aiohttp.ClientSession
) -> Person:
    """Revoke the token and give three tasks to a person that RelAI remembers; that person."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    await ana.types(f"/task new Seen before @{bo.name}")
    await bo.sees("Seen before")
    await asyncio.to_thread(_seen_long_ago, relai, [ana, bo], timedelta(hours=23))
    await workspace.fault("*", "error", error="token_revoked", times=100_000)

    for number in range(3):
        said = answer_of(await ana.types(f"/task new While revoked {number} @{bo.name}"))
        assert says_saved(said), said
    health = await _health_once_down(session, relai)
    assert "refuses SLACK_BOT_TOKEN" in health["parts"]["slack"]["detail"]
    return bo


def _seen_long_ago(relai: RelaiStack, people: list[Person], ago: timedelta) -> None:
    """Let what RelAI knows about these people be as old as that."""
    theirs = {"name": {"$in": [person.name for person in people]}}
    seen = {"$set": {"refreshed_at": datetime.now(UTC) - ago}}
    with MongoClient[Json](relai.mongod.uri) as client:
        updated = client[relai.database]["users"].update_many(theirs, seen)
    assert updated.modified_count == len(people)


async def _health_once_down(session: aiohttp.ClientSession, relai: RelaiStack) -> Json:
    async def look() -> Json | None:
        async with session.get(f"{relai.bot_url}/health") as answer:
            health: Json = await answer.json()
        return health if health["parts"]["slack"]["state"] == "down" else None

    health: Json = await eventually("health says that Slack is down", look)
    return health
