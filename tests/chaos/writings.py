"""Everything that a run has written: logs of every life, pages of every process, histories."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import aiohttp
from bson import json_util
from pymongo import MongoClient
from pymongo.database import Database
from temporalio.client import WorkflowHistory

from tests.chaos.journal import Journal, Json
from tests.chaos.leaks import Writing, history_text
from tests.chaos.parts import BOTS, WORKERS
from tests.chaos.stack import DATABASE, ChaosStack

_OURS = (*BOTS, *WORKERS)
_SANDBOX = "slack_sandbox"
"""Its log is left out: it stands for Slack, which knows all of it."""


async def read_writings(
    stack: ChaosStack,
    session: aiohttp.ClientSession,
    journal: Journal,
    histories: list[tuple[WorkflowHistory, Any]],
) -> list[Writing]:
    """Read all of it. The stack must be whole and quiet."""
    return [
        *_logs(stack),
        *[await _page(session, *page) for page in stack.pages.items()],
        *_histories(histories, may_quote=stack.payload_key is None),
        *await asyncio.to_thread(_documents, stack.mongod.uri),
        *_answers(journal),
    ]


def _logs(stack: ChaosStack) -> Iterator[Writing]:
    """MongoDB's and Temporal's own may quote what they are asked: that is theirs to mask."""
    for log in sorted(stack.logs.glob("*.log")):
        part = log.name.partition(".")[0]
        if part != _SANDBOX:
            text = log.read_text(encoding="utf-8", errors="replace")
            yield Writing(f"log of {log.stem}", text, may_quote=part not in _OURS)


async def _page(session: aiohttp.ClientSession, place: str, url: str) -> Writing:
    async with session.get(url) as answer:
        return Writing(place, await answer.text(), may_quote=False)


def _histories(
    histories: list[tuple[WorkflowHistory, Any]], *, may_quote: bool
) -> Iterator[Writing]:
    for history, _ in histories:
        text = history_text(history.to_json_dict())
        yield Writing(f"history of {history.workflow_id}", text, may_quote)


def _documents(uri: str) -> list[Writing]:
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        database: Database[Json] = client[DATABASE]
        return [
            Writing(
                f"collection {name}", json_util.dumps(list(database[name].find())), may_quote=True
            )
            for name in database.list_collection_names()
        ]


def _answers(journal: Journal) -> Iterator[Writing]:
    """What people and systems were told, errors among it."""
    for entry in journal.of("act"):
        text = json.dumps(entry["answer"], ensure_ascii=False)
        yield Writing(f"answer to act {entry['number']}", text, may_quote=True)
