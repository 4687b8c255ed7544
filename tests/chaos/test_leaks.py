"""The search for secrets finds each where it stands, however it is written."""

import base64
import json
from urllib.parse import quote

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from tests.chaos.leaks import WORDS, Writing, find_leaks, history_text

SECRET = "xoxb-se/cret+1"
SECRETS = {"SLACK_BOT_TOKEN": SECRET, "API_TOKENS": "relai_other"}


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        SECRET.encode().hex(),
        json.dumps({"authorization": f"Bearer {SECRET}"}),
    ],
    ids=["plain", "URL", "base64", "hex", "JSON"],
)
def test_a_secret_is_found_and_only_its_name_is_told(written: str) -> None:
    (leak,) = find_leaks([Writing("log of bot", f"… {written} …", may_quote=True)], SECRETS)

    assert (leak["what"], leak["place"]) == ("SLACK_BOT_TOKEN", "log of bot")
    assert SECRET not in json.dumps(leak)


def test_every_secret_is_looked_for_in_every_place() -> None:
    everything = " ".join(SECRETS.values())
    writings = [Writing(place, everything, may_quote=True) for place in ("one", "two")]

    found = {(leak["what"], leak["place"]) for leak in find_leaks(writings, SECRETS)}

    assert found == {(name, place) for name in SECRETS for place in ("one", "two")}


@pytest.mark.parametrize("word", WORDS)
def test_peoples_words_are_found_where_they_may_not_stand(word: str) -> None:
    (leak,) = find_leaks([Writing("metrics of bot", f"a {word}7", may_quote=False)], SECRETS)

    assert leak["what"] == "people's words"
    assert find_leaks([Writing("collection tasks", f"a {word}7", may_quote=True)], SECRETS) == []


def test_what_a_payload_holds_is_read() -> None:
    """In JSON a history shows bytes in base64, which hides a piece of text from a plain search."""
    event = HistoryEvent()
    payload = Payload(data=json.dumps({"token": SECRET, "title": f"{WORDS[0]}1"}).encode())
    event.workflow_execution_signaled_event_attributes.input.payloads.append(payload)
    history = WorkflowHistory("task-1", [event])

    text = history_text(history.to_json_dict())

    leaks = find_leaks([Writing("history", text, may_quote=False)], SECRETS)
    assert {leak["what"] for leak in leaks} == {"SLACK_BOT_TOKEN", "people's words"}
