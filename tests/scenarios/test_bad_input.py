"""Unusable input gets a clear answer, and the typed text is given back."""

import pytest

from tests.scenarios.marks import OVER_HTTP
from tests.scenarios.people import Workspace, answer_of, text_of

pytestmark = OVER_HTTP

TITLES = {
    "channel mention": "Tell <!channel> the news",
    "markup": "Compare a < b & c > d",
    "emoji": "Celebrate 🎉 :tada:",
    "right to left": "לתקן את השרת",
    "the word payload": "Fix the payload parser",
    "formatting": "Make *bold* _moves_ ~now~ `code`",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES.keys())
async def test_unusual_title_arrives_as_typed(workspace: Workspace, title: str) -> None:
    """It is shown escaped, mentions nobody, and breaks nothing."""
    ana = await workspace.person("ana")

    number = await ana.creates(title)

    card = await ana.sees(number, "Mark complete")
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert escaped in text_of(card)
    assert "<!" not in text_of(card).replace("<!date", "")


async def test_title_of_5000_characters_is_given_back(workspace: Workspace) -> None:
    """It says how long a title may be, and repeats every word."""
    ana = await workspace.person("ana")
    title = "word " * 1000

    said = answer_of(await ana.types(f"/task new {title}"))

    assert "250" in said
    assert said.count("word") >= 1000


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"is_bot": True}, "bot"),
        ({"is_restricted": True}, "guest"),
        ({"is_ultra_restricted": True}, "guest"),
        ({"deleted": True}, "deactivated"),
        ({"is_stranger": True}, "another company"),
    ],
)
async def test_refused_owner_is_named_with_the_reason(
    workspace: Workspace, fields: dict[str, bool], reason: str
) -> None:
    """Nothing is sent, and the sender keeps the task."""
    ana = await workspace.person("ana")
    other = await workspace.person("xan", **fields)
    number = await ana.creates("Keep me")

    refused = answer_of(await ana.types(f"/relay <@{other.id}> {number} please"))
    given = answer_of(await ana.types(f"/task new Not for you <@{other.id}>"))

    assert reason in refused
    assert reason in given
    assert "please" in refused
    assert "Keep me" in answer_of(await ana.types("/task list"))


async def test_unknown_person_is_named(workspace: Workspace) -> None:
    """Slack leaves an unknown name as it was typed."""
    ana = await workspace.person("ana")

    said = answer_of(await ana.types("/task new Ask around @nobody.here"))

    assert "@nobody.here" in said
    assert "Ask around" in said


@pytest.mark.parametrize("text", ["T-99999", "T-0"])
async def test_missing_task_is_reported(workspace: Workspace, text: str) -> None:
    """Show, done and relay alike."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]

    for command in (f"/task show {text}", f"/task done {text}"):
        assert "T-" in answer_of(await ana.types(command))
    assert (await ana.types(f"/relay @{bo.name} {text}"))["outcome"] == "ok"
    assert await bo.messages() == []


@pytest.mark.parametrize(
    "when", ["due yesterday", "due blurbsday", "due 2020-01-01 10:00", "due 32 january"]
)
async def test_past_or_unreadable_date_is_refused(workspace: Workspace, when: str) -> None:
    """The text comes back, and no task is made."""
    ana = await workspace.person("ana")

    said = answer_of(await ana.types(f"/task new Travel in time {when}"))

    assert "Travel in time" in said
    assert "Travel in time" not in answer_of(await ana.types("/task list"))


async def test_guest_cannot_use_the_commands(workspace: Workspace) -> None:
    """The answer says so, and no task is made."""
    guest = await workspace.person("gil", is_restricted=True)

    said = answer_of(await guest.types("/task new Something"))

    assert "full members" in said
    assert await guest.count("Mark complete") == 0


async def test_form_without_a_title_stays_open(workspace: Workspace) -> None:
    """Slack's client asks for the title before anything is sent."""
    ana = await workspace.person("ana")
    await ana.types("/task new")

    outcome = await ana.submits(await ana.modal(), description="all the details")

    assert outcome["view_outcome"] == "errors"
    assert (await ana.modal())["callback_id"] == "task_form"


async def test_unknown_words_get_help(workspace: Workspace) -> None:
    """A near miss is guessed."""
    ana = await workspace.person("ana")

    assert "/task list" in answer_of(await ana.types("/task lsit"))
    assert "/task help" in answer_of(await ana.types("/task show forty-two"))
    assert "/task new" in answer_of(await ana.types("/task help"))
    assert "/relay" in answer_of(await ana.types("/relay help"))


@pytest.mark.parametrize("kind", ["server_error", "ratelimited", "lost_before"])
async def test_form_that_slack_does_not_open_is_reported(workspace: Workspace, kind: str) -> None:
    """Nothing was to be saved yet; the answer says what to do."""
    ana = await workspace.person("ana")
    await workspace.fault("views.open", kind)

    said = answer_of(await ana.types_once("/task new"))

    assert "Slack can't be reached" in said


async def test_form_is_answered_if_an_ephemeral_message_fails(workspace: Workspace) -> None:
    """If an ephemeral message fails, the DM takes its place."""
    ana = await workspace.person("ana")
    await ana.types("/task new")
    await workspace.fault("chat.postEphemeral", "server_error")

    await ana.submits(await ana.modal(), title="Whisper it")

    await ana.sees("Whisper it", "is yours")
