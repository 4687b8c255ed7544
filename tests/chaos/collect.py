"""Asks each witness for what it knows: the sandbox, MongoDB, Temporal."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import aiohttp
from pymongo import MongoClient
from pymongo.collection import Collection

from tests.chaos import writings
from tests.chaos.crowd import Crowd
from tests.chaos.evidence import Evidence, Json
from tests.chaos.histories import Reader, fetch_histories
from tests.chaos.journal import Journal
from tests.chaos.leaks import find_leaks
from tests.chaos.stack import DATABASE, ChaosStack

_COLLECTIONS = ("tasks", "tasks_archive", "relays", "task_events", "notices", "api_requests")


async def collect(
    stack: ChaosStack,
    session: aiohttp.ClientSession,
    crowd: Crowd,
    journal: Journal,
    team: str,
    foreign: dict[str, list[Json]],
) -> Evidence:
    """Collect everything. The stack must be whole and quiet."""
    inboxes = {person.id: await person.messages() for person in crowd.everyone}
    histories = await fetch_histories(stack.temporal.address)
    is_encrypted = stack.is_encrypted
    searched = [
        *writings.logs(stack.logs, is_encrypted=is_encrypted),
        *await writings.pages(session, stack.pages),
        *writings.histories(histories, is_encrypted=is_encrypted),
        *writings.temporals_files(stack.folder, is_encrypted=is_encrypted),
        *await asyncio.to_thread(writings.collections, stack.mongod.uri, DATABASE),
        *writings.answers(journal.of("act")),
        *writings.messages(inboxes),
    ]
    reader = Reader(stack.credentials.payload_keys)
    return Evidence(
        team=team,
        journal=journal.lines,
        inboxes=inboxes,
        documents=await asyncio.to_thread(read_documents, stack.mongod.uri),
        histories=[reader.read(*each) for each in histories],
        foreign=foreign,
        searched_in=Counter(writing.place for writing in searched),
        leaks=find_leaks(searched, stack.credentials.by_name),
    )


def read_documents(uri: str) -> dict[str, list[Json]]:
    """Every document, with plain JSON in it."""
    client: MongoClient[Json]
    with MongoClient(uri, tz_aware=True, tzinfo=UTC) as client:
        return {name: _read_all(client[DATABASE][name]) for name in _COLLECTIONS}


def _read_all(collection: Collection[Json]) -> list[Json]:
    documents: list[Json] = list(collection.find({}))
    return [plain(document) for document in documents]


def plain(value: Any) -> Any:
    """The same, with moments as seconds since the epoch."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


async def team_of(session: aiohttp.ClientSession, url: str) -> str:
    """The id of the sandbox's workspace."""
    async with session.get(f"{url}control/workspace") as answer:
        return str((await answer.json())["team"]["id"])
