"""Everything that a run has written: logs of every life, pages of every process, histories."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
from bson import json_util
from pymongo import MongoClient
from pymongo.database import Database
from temporalio.client import WorkflowHistory

from tests.chaos.journal import Json
from tests.chaos.leaks import (
    ANSWERS,
    COLLECTIONS,
    HISTORIES,
    LOGGED,
    MESSAGES,
    TEMPORALS_FILES,
    Writing,
    history_text,
)
from tests.chaos.parts import BOTS, WORKERS

_OURS = (*BOTS, *WORKERS)


def logs(folder: Path, *, is_encrypted: bool) -> Iterator[Writing]:
    """Of every life. MongoDB may quote what it is asked, and Temporal what it is given."""
    quoting = ("mongod",) if is_encrypted else ("mongod", "temporal")
    for log in sorted(folder.glob("*.log")):
        part = log.name.partition(".")[0]
        if part in LOGGED:
            text = log.read_text(encoding="utf-8", errors="replace")
            yield Writing(f"log of {part}", log.stem, text, may_quote=part in quoting)


async def pages(session: aiohttp.ClientSession, urls: Mapping[str, str]) -> list[Writing]:
    """What processes show of themselves to whoever asks."""
    return [await _page(session, *each) for each in urls.items()]


def histories(
    kept: Iterable[tuple[WorkflowHistory, Any]], *, is_encrypted: bool
) -> Iterator[Writing]:
    """As Temporal gives them to whoever asks, and decoded."""
    for history, _ in kept:
        text = history_text(history.to_json_dict())
        yield Writing(HISTORIES, history.workflow_id, text, may_quote=not is_encrypted)


def temporals_files(folder: Path, *, is_encrypted: bool) -> Iterator[Writing]:
    """Its database, in which stands also what no history shows: errors of what is tried again."""
    for file in sorted(folder.glob("temporal.sqlite3*")):
        text = file.read_bytes().decode("latin-1")
        yield Writing(TEMPORALS_FILES, file.name, text, may_quote=not is_encrypted)


def collections(uri: str, name: str) -> list[Writing]:
    """Every document of a database."""
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        database: Database[Json] = client[name]
        return [
            Writing(COLLECTIONS, each, json_util.dumps(list(database[each].find())), may_quote=True)
            for each in database.list_collection_names()
        ]


def answers(acts: Iterable[Json]) -> Iterator[Writing]:
    """What people and systems were told at once, errors among it."""
    for act in acts:
        text = json.dumps(act["answer"], ensure_ascii=False)
        yield Writing(ANSWERS, f"act {act['number']}", text, may_quote=True)


def messages(inboxes: Mapping[str, list[Json]]) -> Iterator[Writing]:
    """What people see in the DM with the bot, with the metadata that comes along."""
    for user, inbox in inboxes.items():
        yield Writing(MESSAGES, user, json.dumps(inbox, ensure_ascii=False), may_quote=True)


async def _page(session: aiohttp.ClientSession, place: str, url: str) -> Writing:
    async with session.get(url) as answer:
        return Writing(place, url, await answer.text(), may_quote=False)
