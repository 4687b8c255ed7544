"""A hand-over without an answer still ends, and its sender is told."""

from tests.scenarios.marks import OVER_HTTP
from tests.scenarios.people import Workspace, answer_of

pytestmark = OVER_HTTP


async def test_unanswered_direct_relay_can_be_taken_back(workspace: Workspace) -> None:
    """The receiver keeps it until the sender takes it back."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Feed the cat")
    await ana.types(f"/relay @{bo.name} {number} --direct by in 6 seconds")
    offer = await bo.sees(number, "Accept")
    await bo.sees(number, "still")

    await ana.sees(number, "answer", "Take back", bo.mention, patience=30)
    await bo.sees_no_button(offer, "Accept")
    assert "Feed the cat" in answer_of(await bo.types("/task list"))

    unanswered = [m for m in await ana.messages() if not m.get("is_ephemeral")][-1]
    await ana.presses(unanswered, "Take back")
    await bo.sees(number, ana.mention, "took")
    await ana.sees_no_button(unanswered, "Take back")
    assert "Feed the cat" in answer_of(await ana.types("/task list"))


async def test_unanswered_handshake_returns_to_its_sender(workspace: Workspace) -> None:
    """The sender owned it all the time."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Walk the dog")
    await ana.types(f"/relay @{bo.name} {number} --handshake by in 6 seconds")
    offer = await bo.sees(number, "Accept")
    await bo.learns(f"/task progress {number} 10", number, ana.mention)

    await ana.sees(number, bo.mention, "again", patience=30)
    await bo.sees_no_button(offer, "Accept")
    assert "Walk the dog" in answer_of(await ana.types("/task list"))
