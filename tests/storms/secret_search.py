"""Searches everything that a storm has written for secrets, and for people's words.

Secrets may stand nowhere. People's words, with which titles, notes and reasons begin, may stand in
answers, messages and documents, and in Temporal where payloads are not encrypted.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import aiohttp
from bson import json_util
from pymongo import MongoClient
from temporalio.client import WorkflowHistory

from tests.storms.evidence import Json
from tests.storms.plan import BOTS, CLIENTS, WORKERS

WORDS = ("Errand x", "please x", "because x")
HISTORIES, TEMPORAL_FILES, COLLECTIONS = "histories", "Temporal's files", "collections"
ANSWERS, MESSAGES = "answers", "messages"
_LOGGED = (*CLIENTS, "mongod", "temporal")
"""Parts whose logs are searched. The sandbox stands for Slack, which knows all secrets."""
PLACES = (
    *(f"log of {part}" for part in _LOGGED),
    *(f"metrics of {part}" for part in (*BOTS, *WORKERS)),
    *(f"health of {bot}" for bot in BOTS),
    *(HISTORIES, TEMPORAL_FILES, COLLECTIONS, ANSWERS, MESSAGES),
)
"""All places that are searched."""
_TICKET = re.compile(r"ticket=\w")
"""A ticket of Socket Mode opens a socket once. Slack makes new ones all the time."""
_DATA = re.compile(r'"data": "([^"]*)"')
_TO_URL_SAFE = str.maketrans("+/", "-_")


class Writing(NamedTuple):
    """A text that was written at a place; `may_quote` allows people's words in it."""

    place: str
    name: str
    text: str
    may_quote: bool


def find_leaks(writings: Iterable[Writing], secrets: Mapping[str, bytes]) -> list[Json]:
    """The secrets and words that stand where they should not, by their names only."""
    sought = {name: _spellings(secret) for name, secret in secrets.items()}
    return [
        {"what": what, "place": writing.place, "name": writing.name}
        for writing in writings
        for what in _found_in(writing, sought)
    ]


def _spellings(secret: bytes) -> frozenset[str]:
    """A secret as it is, in a URL, in Python's words, in JSON, in hex and anywhere in base64."""
    plain = {secret.decode("latin-1"), repr(secret)[2:-1], quote(secret, safe=""), secret.hex()}
    in_json = {json.dumps(each)[1:-1] for each in plain}
    encoded = set(_in_base64(secret))
    return frozenset(plain | in_json | encoded | {each.translate(_TO_URL_SAFE) for each in encoded})


def _in_base64(secret: bytes) -> Iterator[str]:
    """The digits that only the secret decides, for each offset in a group of three bytes."""
    for before in range(3):
        digits = base64.b64encode(bytes(before) + secret).decode()
        yield digits[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]


def _found_in(writing: Writing, sought: Mapping[str, frozenset[str]]) -> Iterator[str]:
    words = {} if writing.may_quote else {"people's words": frozenset(WORDS)}
    for what, spelled in {**sought, **words}.items():
        if any(each in writing.text for each in spelled):
            yield what
    if _TICKET.search(writing.text):
        yield "a ticket of Socket Mode"


def logs(folder: Path, *, is_encrypted: bool) -> Iterator[Writing]:
    """The logs of every life. MongoDB may quote its queries, Temporal its payloads."""
    quoting = ("mongod",) if is_encrypted else ("mongod", "temporal")
    for log in sorted(folder.glob("*.log")):
        part = log.name.partition(".")[0]
        if part in _LOGGED:
            text = log.read_text(encoding="utf-8", errors="replace")
            yield Writing(f"log of {part}", log.stem, text, may_quote=part in quoting)


async def pages(session: aiohttp.ClientSession, urls: Mapping[str, str]) -> list[Writing]:
    """The pages that processes show to everybody."""
    texts = [(place, await (await session.get(url)).text()) for place, url in urls.items()]
    return [Writing(place, place, text, may_quote=False) for place, text in texts]


def in_temporal(
    histories: Iterable[tuple[WorkflowHistory, str]], folder: Path, *, is_encrypted: bool
) -> Iterator[Writing]:
    """Histories as Temporal gives them, and its files, which hold errors of retried steps too."""
    for history, _ in histories:
        kept = history.to_json_dict()
        text = json.dumps(kept, ensure_ascii=False)
        text += b"".join(map(base64.b64decode, _DATA.findall(text))).decode(errors="replace")
        yield Writing(HISTORIES, history.workflow_id, text, may_quote=not is_encrypted)
    for file in sorted(folder.glob("temporal.sqlite3*")):
        text = file.read_bytes().decode("latin-1")
        yield Writing(TEMPORAL_FILES, file.name, text, may_quote=not is_encrypted)


def collections(uri: str, name: str) -> list[Writing]:
    """Every document of a database."""
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        names = client[name].list_collection_names()
        texts = {each: json_util.dumps(list(client[name][each].find())) for each in names}
    return [Writing(COLLECTIONS, each, text, may_quote=True) for each, text in texts.items()]


def heard(acts: Iterable[Json], inboxes: Mapping[str, list[Json]]) -> Iterator[Writing]:
    """The answers and messages that people and programs got."""
    for act in acts:
        yield Writing(ANSWERS, str(act["number"]), json.dumps(act), may_quote=True)
    for user, inbox in inboxes.items():
        yield Writing(MESSAGES, user, json.dumps(inbox), may_quote=True)
