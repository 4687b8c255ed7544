"""A secret or a word that stands somewhere in what a run has written is read from there."""

import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from pymongo import MongoClient
from pymongo.collection import Collection
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from devstack.mongo_server import MongoServer
from tests.chaos import writings
from tests.chaos.credentials import Credentials
from tests.chaos.evidence import Json
from tests.chaos.journal import Journal
from tests.chaos.leaks import LOGGED, PLACES, WORDS, Writing, find_leaks
from tests.chaos.stack import ChaosStack

SECRET = b"a secret of the run"
TEXT = f"{SECRET.decode()} and {WORDS[0]}1"
BOTH = {"it", "people's words"}


def found_in(written: Iterable[Writing]) -> set[str]:
    """The names of what is found."""
    return {leak["what"] for leak in find_leaks(written, {"it": SECRET})}


@pytest_asyncio.fixture
async def page() -> AsyncIterator[str]:
    async def show(_: web.Request) -> web.Response:
        return web.Response(text=TEXT)

    app = web.Application()
    app.router.add_get("/metrics", show)
    async with TestServer(app) as server:
        yield str(server.make_url("/metrics"))


@pytest.mark.parametrize("life", ["", ".1", ".previous"])
@pytest.mark.parametrize("part", LOGGED)
def test_the_log_of_each_life_is_read(part: str, life: str, tmp_path: Path) -> None:
    (tmp_path / f"{part}{life}.log").write_text(TEXT)

    found = found_in(writings.logs(tmp_path, is_encrypted=True))

    assert found == (BOTH if part != "mongod" else {"it"})


def test_the_log_of_what_stands_for_slack_is_not(tmp_path: Path) -> None:
    (tmp_path / "slack_sandbox.log").write_text(TEXT)

    assert found_in(writings.logs(tmp_path, is_encrypted=True)) == set()


async def test_pages_are_read(page: str) -> None:
    async with aiohttp.ClientSession() as session:
        assert found_in(await writings.pages(session, {"metrics of bot": page})) == BOTH


def _signalled() -> HistoryEvent:
    event = HistoryEvent()
    payload = Payload(data=json.dumps({"title": TEXT}).encode())
    event.workflow_execution_signaled_event_attributes.input.payloads.append(payload)
    return event


def _failed() -> HistoryEvent:
    event = HistoryEvent()
    event.activity_task_failed_event_attributes.failure.message = TEXT
    return event


def _failed_in_a_payload() -> HistoryEvent:
    event = HistoryEvent()
    event.activity_task_failed_event_attributes.failure.encoded_attributes.data = TEXT.encode()
    return event


@pytest.mark.parametrize("event", [_signalled(), _failed(), _failed_in_a_payload()])
def test_payloads_and_errors_of_a_history_are_read(event: HistoryEvent) -> None:
    kept = [(WorkflowHistory("task-1", [event]), None)]

    assert found_in(writings.histories(kept, is_encrypted=True)) == BOTH
    assert found_in(writings.histories(kept, is_encrypted=False)) == {"it"}


@pytest.mark.parametrize("file", ["temporal.sqlite3", "temporal.sqlite3-wal"])
def test_temporals_files_are_read(file: str, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes(b"\xff\x00" + TEXT.encode() + b"\xfe")

    assert found_in(writings.temporals_files(tmp_path, is_encrypted=True)) == BOTH


async def test_every_collection_is_read(tmp_path: Path) -> None:
    async with MongoServer(tmp_path) as mongod:
        document: Json = {"deep": [{"in": TEXT}]}
        client: MongoClient[Json]
        with MongoClient(mongod.uri) as client:
            anything: Collection[Json] = client["relai"]["anything"]
            anything.insert_one(document)

        assert found_in(writings.collections(mongod.uri, "relai")) == {"it"}


def test_answers_and_messages_are_read() -> None:
    act = {"number": 1, "answer": {"status": 422, "json": {"errors": [{"input": TEXT}]}}}

    assert found_in(writings.answers([act])) == {"it"}
    assert found_in(writings.messages({"U1": [{"text": "", "metadata": {"x": TEXT}}]})) == {"it"}


def test_every_page_of_every_process_is_asked_for(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:
        stack = ChaosStack(tmp_path, "http", journal, is_encrypted=True)

    pages = [place for place in PLACES if place.partition(" of ")[0] in ("metrics", "health")]
    assert set(stack.pages) == set(pages)


def test_every_secret_that_processes_are_told_is_looked_for() -> None:
    assert set(Credentials(is_encrypted=True).by_name) == {
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "API_TOKENS",
        "MONGODB_URI",
        "RELAI_PAYLOAD_KEYS, number 1",
        "RELAI_PAYLOAD_KEYS, number 2",
    }
