"""Repeated or simultaneous requests have one effect, and everyone is told which."""

import asyncio
import re

from tests.scenarios.marks import OVER_BOTH
from tests.scenarios.people import (
    NOT_SAVED,
    Workspace,
    answer_of,
    button_of,
    eventually,
    labels_of,
    number_in,
    says_saved,
    text_of,
)


@OVER_BOTH
async def test_request_delivered_again_makes_one_task(workspace: Workspace) -> None:
    """Three more deliveries at once, each in a new envelope: the same number, one card."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    first = await ana.types(f"/task new Only once @{bo.name}")

    async def heard() -> list[str] | None:
        """The answers to the repeats, once all parts were quick enough for each."""
        body = {"times": 3, "concurrently": True}
        again = await workspace.post(f"deliveries/{first['id']}/repeat", body)
        said = [answer_of(each) for each in again["deliveries"]]
        return None if any(NOT_SAVED in each for each in said) else said

    repeats = await eventually("three repeats are answered", heard)
    number = number_in(text_of(await bo.sees("Only once", "Mark complete")))
    answers = [answer_of(first), *repeats]
    assert all(says_saved(each) for each in answers)
    assert set(re.findall(r"T-\d+", " ".join(answers))) <= {number}
    listed = await ana.types("/task list")
    assert text_of({"blocks": listed["answer"]["blocks"]}).count("Only once") == 1
    assert await bo.count("Only once", "Mark complete") == 1


async def test_accept_and_take_back_have_one_winner(
    workspace: Workspace,
) -> None:
    """Both press within 50 ms; the relay ends one way, and the other is told who was first."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Be quick")
    await ana.types(f"/relay @{bo.name} {number}")
    offer = await bo.sees(number, "Accept")
    sent = await ana.sees(number, "Take back")

    await asyncio.gather(bo.presses(offer, "Accept"), ana.presses(sent, "Take back"))
    await bo.sees_no_button(offer, "Accept")

    has_bo = "Be quick" in answer_of(await bo.types("/task list")).partition("Waiting on")[0]
    has_ana = "Be quick" in answer_of(await ana.types("/task list")).partition("Waiting on")[0]
    assert has_bo != has_ana
    if has_bo:
        await ana.sees(number, "was accepted")
    else:
        await bo.sees(number, "was taken back")


async def test_copied_accept_loses_against_the_receiver(
    workspace: Workspace,
) -> None:
    """The receiver presses, and within 50 ms somebody else does with a copied button."""
    ana, bo, eve = [await workspace.person(name) for name in ("ana", "bo", "eve")]
    number = await ana.creates("Take me")
    await ana.types(f"/relay @{bo.name} {number} --handshake")
    offer = await bo.sees(number, "Accept")
    await eve.types("/task new Her own")
    hers = await eve.sees("Her own", "Mark complete")
    accept = button_of(offer, "Accept")
    copied = {"action_id": accept["action_id"], "value": accept["value"], "force": True}

    await asyncio.gather(eve.presses(hers, "Mark complete", **copied), bo.presses(offer, "Accept"))

    await eventually("Ana is told", lambda: ana.told("relay_ended", number, "accepted"))
    await bo.sees(number, "Mark complete")
    await eve.sees(number, bo.mention)
    assert "Take me" in answer_of(await bo.types("/task list"))
    assert "Take me" not in answer_of(await eve.types("/task list"))
    assert await ana.told("relay_ended", number) == 1


async def test_double_click_completes_once(
    workspace: Workspace,
) -> None:
    """Two clicks on Mark complete, then the creator's `/task done`."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Click me", bo)
    card = await bo.sees(number, "Mark complete")

    await asyncio.gather(*(bo.presses(card, "Mark complete") for _ in range(2)))

    await ana.sees(number, "Done by", bo.mention)
    await ana.learns(f"/task done {number}", "already completed", bo.mention)

    async def told() -> bool:
        return await ana.count(number, "nothing left for you to do") == 1

    await eventually("Ana is told once", told)
    assert all("Mark complete" not in labels_of(m) for m in await bo.messages())


async def test_late_repeat_means_the_same_task(
    workspace: Workspace,
) -> None:
    """`/task done` for the only task, delivered again when another one is the only task."""
    ana = await workspace.person("ana")
    first = await ana.creates("First")
    done = await ana.types("/task done")
    await ana.sees(first, "Done by")
    await ana.creates("Second")

    await workspace.post(f"deliveries/{done['id']}/repeat", {})

    assert "Second" in answer_of(await ana.types("/task list"))
    await ana.learns("/task done", "Second", "Done by")
    assert "Second" not in answer_of(await ana.types("/task list"))


async def test_relay_and_task_that_end_together_are_told_once(
    workspace: Workspace,
) -> None:
    """The receiver completes the task: its sender hears of both in one message."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Two in one")
    await ana.types(f"/relay @{bo.name} {number}")
    await bo.sees(number, "Accept")

    await bo.types(f"/task done {number}")

    await ana.sees(number, "accepted", "Done by")
    witness = await bo.creates("Witness", ana)
    await ana.sees(witness, "Mark complete")
    news = [m for m in await ana.messages() if not m.get("is_ephemeral") and "edited" not in m]
    assert sum("Done by" in text_of(m) for m in news) == 1
