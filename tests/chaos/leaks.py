"""Searches everything that a run has written for what should not stand there."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.chaos.evidence import Json
from tests.chaos.parts import BOTS, WORKERS

LOGGED = (*BOTS, *WORKERS, "mongod", "temporal")
"""Parts whose logs are searched. Not the sandbox's: it stands for Slack, which knows all of it."""
HISTORIES, TEMPORALS_FILES, COLLECTIONS = "histories", "Temporal's files", "collections"
ANSWERS, MESSAGES = "answers", "messages"
PLACES = (
    *(f"log of {part}" for part in LOGGED),
    *(f"metrics of {part}" for part in (*BOTS, *WORKERS)),
    *(f"health of {bot}" for bot in BOTS),
    *(HISTORIES, TEMPORALS_FILES, COLLECTIONS, ANSWERS, MESSAGES),
)
"""Everywhere that is searched."""
WORDS = ("Errand x", "please x", "because x")
"""With what every title, note and reason of a run begins: people's words."""
TICKET = "a ticket of Socket Mode"
"""What opens a socket, once. Slack gives out new ones all the time, so it is known by its look."""


class Writing(NamedTuple):
    """A text that was written somewhere.

    Attributes:
        place: one of `PLACES`.
        name: which one there, such as the id of a workflow.
        text: all of it.
        may_quote: whether people's words may stand there. No secret may stand anywhere.
    """

    place: str
    name: str
    text: str
    may_quote: bool


def find_leaks(writings: Iterable[Writing], secrets: Mapping[str, bytes]) -> list[Json]:
    """What stands where it should not, by the name of the secret: never the secret itself."""
    sought = {name: forms(secret) for name, secret in secrets.items()}
    return [leak for writing in writings for leak in _leaks_in(writing, sought)]


def forms(secret: bytes) -> frozenset[str]:
    """As it is, and as it looks in a URL, in Python's words, in hex and anywhere in base64."""
    plain = {secret.decode("latin-1"), repr(secret)[2:-1], quote(secret, safe=""), secret.hex()}
    in_json = {json.dumps(each)[1:-1] for each in plain}
    encoded = set(_in_base64(secret))
    return frozenset(plain | in_json | encoded | {each.translate(_TO_URL_SAFE) for each in encoded})


def decoded(node: Any) -> Iterator[str]:
    """Every value in base64 that a history holds, as text."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "data" and isinstance(value, str):
                yield base64.b64decode(value + "==").decode(errors="replace")
            else:
                yield from decoded(value)
    if isinstance(node, list):
        for value in node:
            yield from decoded(value)


def history_text(history: Json) -> str:
    """A history as JSON, and everything that stands encoded in it."""
    return "\n".join([json.dumps(history, ensure_ascii=False), *decoded(history)])


_WRITTEN_TICKET = re.compile(r"ticket=\w")
_TO_URL_SAFE = str.maketrans("+/", "-_")


def _in_base64(secret: bytes) -> Iterator[str]:
    """The digits that it alone decides, for each place in a group of three that it may begin at."""
    for before in range(3):
        digits = base64.b64encode(bytes(before) + secret).decode()
        yield digits[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]


def _leaks_in(writing: Writing, sought: Mapping[str, frozenset[str]]) -> Iterator[Json]:
    unwanted = sought if writing.may_quote else {**sought, "people's words": WORDS}
    for what, written in unwanted.items():
        found = [at for each in written if (at := writing.text.find(each)) >= 0]
        if found:
            yield _leak(what, writing, min(found))
    if (ticket := _WRITTEN_TICKET.search(writing.text)) is not None:
        yield _leak(TICKET, writing, ticket.start())


def _leak(what: str, writing: Writing, at: int) -> Json:
    return {"what": what, "place": writing.place, "name": writing.name, "at": at}
