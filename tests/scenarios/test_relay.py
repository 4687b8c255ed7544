"""The main path: create, tell, hand over, answer, complete, tell."""

from tests.scenarios.marks import OVER_BOTH
from tests.scenarios.people import Workspace, answer_of, button_of, labels_of

pytestmark = OVER_BOTH


async def test_task_is_relayed_and_completed(
    workspace: Workspace,
) -> None:
    """Create, DM, relay, accept, done, creator told."""
    ana, bo, cy = [await workspace.person(name) for name in ("ana", "bo", "cy")]

    number = await ana.creates("Renew the certificate", bo)
    card = await bo.sees(number, "Renew the certificate", "Mark complete")

    await bo.learns(f"/relay @{cy.name} {number} I am off tomorrow", number)
    offer = await cy.sees(number, "I am off tomorrow", "Accept")
    await bo.sees_no_button(card, "Mark complete")

    await cy.presses(offer, "Accept")
    await bo.sees(number, "accepted")
    await cy.sees_no_button(offer, "Accept")

    taken = await cy.sees(number, "Mark complete")
    await cy.presses(taken, "Mark complete")
    await ana.sees(number, "Done by", cy.mention)
    await cy.sees_no_button(taken, "Mark complete")
    assert await ana.count(number, "Done by") == 1


async def test_declined_task_goes_back_with_the_reason(workspace: Workspace) -> None:
    """Decline asks for a reason; the sender owns the task again and reads why."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Water the plants")
    await ana.types(f"/relay @{bo.name} {number}")
    offer = await bo.sees(number, "Accept")

    await bo.presses(offer, "Decline")
    outcome = await bo.submits(await bo.modal(), reason="I am allergic to plants")

    assert outcome["view_outcome"] == "closed"
    await ana.sees(number, "declined", "I am allergic to plants")
    await bo.sees_no_button(offer, "Accept")
    assert number in answer_of(await ana.types("/task list"))
    await bo.learns(f"/task progress {number} 50", number, ana.mention)


async def test_sender_takes_a_task_back(workspace: Workspace) -> None:
    """Take back under the answer to `/relay` withdraws the hand-over."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Order lunch")
    await ana.types(f"/relay @{bo.name} {number}")
    offer = await bo.sees(number, "Accept")
    sent = await ana.sees(number, "Take back")

    await ana.presses(sent, "Take back")

    await bo.sees(number, ana.mention, "back")
    await bo.sees_no_button(offer, "Accept")
    assert "Order lunch" in answer_of(await ana.types("/task list"))


async def test_button_of_another_person_is_refused(
    workspace: Workspace,
) -> None:
    """A tampered payload carries another person's hand-over; nothing changes hands."""
    ana, bo, eve = [await workspace.person(name) for name in ("ana", "bo", "eve")]
    number = await ana.creates("Sign the contract")
    await ana.types(f"/relay @{bo.name} {number}")
    offer = await bo.sees(number, "Accept")
    await eve.types("/task new Look innocent")
    card = await eve.sees("Look innocent", "Mark complete")

    accept = button_of(offer, "Accept")
    await eve.presses(
        card, "Mark complete", action_id=accept["action_id"], value=accept["value"], force=True
    )

    await eve.sees(number, "only", bo.mention)
    assert "Accept" in labels_of(await bo.sees(number, "Accept"))


async def test_bare_command_opens_a_form(workspace: Workspace) -> None:
    """`/task new` and `/relay` alone open a form; submitting it does the same as typing."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]

    await ana.types("/task new")
    form = await ana.modal()
    outcome = await ana.submits(form, title="Paint the fence", owner=ana.id)
    assert outcome["view_outcome"] == "closed"
    card = await ana.sees("Paint the fence", "Mark complete")

    await ana.types("/relay")
    form = await ana.modal()
    task = next(
        option["value"]
        for block in form["blocks"]
        if block["block_id"] == "task"
        for option in block["element"]["options"]
    )
    outcome = await ana.submits(form, task=task, receiver=bo.id, note="blue please", mode="direct")
    assert outcome["view_outcome"] == "closed"
    await bo.sees("Paint the fence", "blue please", "Accept")
    await ana.sees_no_button(card, "Mark complete")
