"""The search for secrets finds each where it stands, however it is written."""

import base64
import json
from collections.abc import Callable, Mapping
from urllib.parse import quote

import pytest

from tests.chaos.leaks import COLLECTIONS, HISTORIES, TICKET, WORDS, Writing, find_leaks

TOKEN = b"xoxb-se/cret+1@"
KEY = bytes(range(240, 256)) + b"\\'\"\n and more of it"
SECRETS = {"SLACK_BOT_TOKEN": TOKEN, "RELAI_PAYLOAD_KEYS": KEY}
WAYS: Mapping[str, Callable[[bytes], str]] = {
    "plain": lambda secret: secret.decode("latin-1"),
    "Python": repr,
    "Python in JSON": lambda secret: json.dumps({"error": repr(secret)}),
    "URL": lambda secret: f"mongodb://relai:{quote(secret, safe='')}@127.0.0.1/",
    "hex": bytes.hex,
    "base64": lambda secret: base64.b64encode(secret).decode(),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(secret).decode(),
    "base64, second in its group": lambda secret: base64.b64encode(b"1" + secret + b"?").decode(),
    "base64, third in its group": lambda secret: base64.b64encode(b"12" + secret + b"??").decode(),
}


def found_in(text: str, *, may_quote: bool = True) -> list[str]:
    """The names of what is found."""
    writing = Writing("log of bot", "bot.1", f"… {text} …", may_quote)
    return [leak["what"] for leak in find_leaks([writing], SECRETS)]


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_found_however_it_is_written(way: str, name: str) -> None:
    assert found_in(WAYS[way](SECRETS[name])) == [name]


def test_where_no_secret_stands_none_is_found() -> None:
    assert found_in("xoxb-other " + base64.b64encode(KEY[::-1]).decode()) == []


def test_of_what_is_found_only_its_name_and_its_place_are_told() -> None:
    """So that what is kept of a run gives nothing away."""
    writing = Writing(HISTORIES, "task-1", f"a token: {TOKEN.decode()}", may_quote=True)

    leaks = find_leaks([writing], SECRETS)

    told = {"what": "SLACK_BOT_TOKEN", "place": HISTORIES, "name": "task-1", "at": 9}
    assert leaks == [told]


@pytest.mark.parametrize(("ticket", "found"), [("b31f-1", [TICKET]), ("***", [])])
def test_a_ticket_is_found_unless_it_is_made_unreadable(ticket: str, found: list[str]) -> None:
    assert found_in(f"url='ws://127.0.0.1/link/?ticket={ticket}&app_id=A1'") == found


@pytest.mark.parametrize("word", WORDS)
def test_peoples_words_are_found_where_they_may_not_stand(word: str) -> None:
    assert found_in(f"{word}7", may_quote=False) == ["people's words"]


def test_peoples_words_may_stand_in_a_collection() -> None:
    assert find_leaks([Writing(COLLECTIONS, "tasks", f"{WORDS[0]}7", may_quote=True)], {}) == []
