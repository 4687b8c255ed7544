"""Secrets are found in every spelling, words only where they may not stand."""

import base64
import json
from urllib.parse import quote

import pytest

from tests.storms.secret_search import Writing, find_leaks

SECRET = b"relai_\xe4/@+'secret"


@pytest.mark.parametrize(
    "text",
    [
        SECRET.decode("latin-1"),
        quote(SECRET, safe=""),
        SECRET.hex(),
        repr(SECRET),
        json.dumps(SECRET.decode("latin-1")),
        base64.b64encode(b"x" + SECRET).decode(),
        base64.urlsafe_b64encode(b"xy" + SECRET + b"z").decode(),
    ],
)
def test_secret_is_found_in_every_spelling(text: str) -> None:
    writing = Writing("log of bot", "bot", f"before {text} after", may_quote=True)
    assert [leak["what"] for leak in find_leaks([writing], {"TOKEN": SECRET})] == ["TOKEN"]


def test_words_are_found_only_where_forbidden() -> None:
    texts = [Writing("a place", "", "Errand x1", may_quote=may) for may in (True, False)]
    assert [leak["what"] for leak in find_leaks(texts, {})] == ["people's words"]


def test_ticket_of_socket_mode_is_found() -> None:
    writing = Writing("log of bot", "bot", "wss://x/?ticket=abc", may_quote=True)
    assert len(find_leaks([writing], {})) == 1
