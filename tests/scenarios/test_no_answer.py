"""Nobody answers a hand-over: it still ends, and its sender is told."""

from collections.abc import Mapping

import pytest

from tests.scenarios.people import Workspace, answer_of


@pytest.fixture(scope="module")
def settings() -> Mapping[str, str]:
    """A window that a test can wait for."""
    return {"RELAI_RELAY_WINDOW": "PT4S"}


async def test_a_direct_relay_without_an_answer_is_told_and_can_be_taken_back(
    workspace: Workspace,
) -> None:
    """The receiver keeps it until the sender takes it back."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Feed the cat")
    await ana.types(f"/relay @{bo.name} {number} --direct")
    offer = await bo.sees(number, "Accept")
    await bo.sees(number, "still")

    told = await ana.sees(number, "answer", "Take back", bo.mention, patience=30)
    await bo.sees_no_button(offer, "Accept")
    assert "Feed the cat" in answer_of(await bo.types("/task list"))

    unanswered = [m for m in await ana.messages() if not m.get("is_ephemeral")][-1]
    await ana.presses(unanswered, "Take back")
    await bo.sees(number, ana.mention, "took")
    await ana.sees_no_button(unanswered, "Take back")
    assert "Feed the cat" in answer_of(await ana.types("/task list"))
    assert told


async def test_a_handshake_without_an_answer_returns_to_its_sender(
    workspace: Workspace,
) -> None:
    """The sender owned it all the time."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Walk the dog")
    await ana.types(f"/relay @{bo.name} {number} --handshake")
    offer = await bo.sees(number, "Accept")
    await bo.learns(f"/task progress {number} 10", number, ana.mention)

    await ana.sees(number, bo.mention, "again", patience=30)
    await bo.sees_no_button(offer, "Accept")
    assert "Walk the dog" in answer_of(await ana.types("/task list"))
