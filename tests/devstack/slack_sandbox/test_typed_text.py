"""Escaping of the text after a slash command."""

from collections.abc import Iterator

import pytest

from devstack.slack_sandbox.errors import ControlError
from devstack.slack_sandbox.options import Options
from devstack.slack_sandbox.records import Person
from devstack.slack_sandbox.typed_text import escaped, split_command
from devstack.slack_sandbox.workspace import Workspace


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    workspace = Workspace(Options(), lambda: 1_764_000_000.0)
    for user, name in (("U01", "bo"), ("U02", "bo.carter"), ("U03", "here-we-go")):
        workspace.people.put(Person(id=user, team_id="T01", name=name, real_name=name))
    yield workspace
    workspace.storage.close()


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("to @bo now", "to <@U01|bo> now"),
        ("(@bo)", "(<@U01|bo>)"),
        ("ask @bo.", "ask <@U01|bo>."),
        ("@bo.carter", "<@U02|bo.carter>"),
        ("@here-we-go", "<@U03|here-we-go>"),
        ("@nobody", "@nobody"),
        ("@Bo", "@Bo"),
        ("@here and @channel", "<!here> and <!channel>"),
        ("<@U99ABC>", "<@U99ABC>"),
        ("<@U99ABC|zoe> next", "<@U99ABC|zoe> next"),
        ("fish & <chips>", "fish &amp; &lt;chips&gt;"),
        ("&amp;", "&amp;amp;"),
        ("<!here>", "&lt;!here&gt;"),
        ("mail a.b@example.com", "mail <mailto:a.b@example.com|a.b@example.com>"),
        ("https://example.com/?a=1&b=2", "<https://example.com/?a=1&amp;b=2>"),
        ("#nowhere", "#nowhere"),
        ("T-42 ✅ ñandú", "T-42 ✅ ñandú"),
    ],
)
def test_text_is_escaped_as_slack_does(workspace: Workspace, typed: str, sent: str) -> None:
    assert escaped(typed, workspace) == sent


def test_private_channel_is_sent_without_its_name(workspace: Workspace) -> None:
    public = workspace.channels.create("general", [])
    private = workspace.channels.create("secret", [], is_private=True)

    assert escaped("#general #secret", workspace) == f"<#{public.id}|general> <#{private.id}|>"


def test_mention_of_a_shared_name_means_the_active_person(workspace: Workspace) -> None:
    former = Person(id="U00", team_id="T01", name="cy", real_name="Cy", deleted=True)
    workspace.people.put(former)
    workspace.people.put(former.model_copy(update={"id": "U04", "deleted": False}))

    assert escaped("@cy", workspace) == "<@U04|cy>"


@pytest.mark.parametrize(
    ("typed", "split"),
    [
        ("/task new Buy milk", ("/task", "new Buy milk")),
        ("  /task  ", ("/task", "")),
        ("/task new\nof two lines", ("/task", "new\nof two lines")),
    ],
)
def test_a_command_is_split_from_its_text(typed: str, split: tuple[str, str]) -> None:
    assert split_command(typed) == split


@pytest.mark.parametrize("typed", ["", "task", "/ task"])
def test_text_without_a_command_is_refused(typed: str) -> None:
    with pytest.raises(ControlError):
        split_command(typed)
