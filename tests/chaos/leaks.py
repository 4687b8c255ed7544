"""Searches everything that a run has written for what should not stand there."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.chaos.evidence import Json

WORDS = ("Errand x", "please x", "because x")
"""With what every title, note and reason of a run begins: people's words."""
_NEAR = 40


class Writing(NamedTuple):
    """A text that was written somewhere.

    Attributes:
        place: what it is, such as `log of worker` or `metrics of bot`.
        text: all of it.
        may_quote: whether people's words may stand there. No secret may stand anywhere.
    """

    place: str
    text: str
    may_quote: bool


def find_leaks(writings: Iterable[Writing], secrets: Mapping[str, str]) -> list[Json]:
    """What stands where it should not, by the name of the secret: never the secret itself."""
    return [leak for writing in writings for leak in _leaks_in(writing, secrets)]


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


def _leaks_in(writing: Writing, secrets: Mapping[str, str]) -> Iterator[Json]:
    for name, secret in secrets.items():
        for form in _forms(secret):
            if form in writing.text:
                yield {"what": name, "place": writing.place, "at": writing.text.index(form)}
                break
    for word in () if writing.may_quote else WORDS:
        if word in writing.text:
            at = writing.text.index(word)
            near = writing.text[max(0, at - _NEAR) : at + _NEAR]
            yield {"what": "people's words", "place": writing.place, "at": at, "near": near}


def _forms(secret: str) -> set[str]:
    """As it is, and as it looks in a URL, in base64 or as bytes of what it encodes."""
    plain = secret.encode()
    return {
        secret,
        quote(secret, safe=""),
        base64.b64encode(plain).decode().rstrip("="),
        base64.urlsafe_b64encode(plain).decode().rstrip("="),
        plain.hex(),
    }
