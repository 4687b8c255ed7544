"""Reminders: at their moment, once, and only while they are true."""

import time

from tests.scenarios.people import Workspace

IN_PLENTY_OF_TIME = 15
"""Seconds in which a task is created and completed, also on a machine that is busy."""


async def test_a_reminder_comes_at_its_moment_and_can_complete_the_task(
    workspace: Workspace,
) -> None:
    """Due in a few seconds: one reminder, with a button that works."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Call the bank", bo, due="due in 4 seconds")

    reminder = await bo.sees(number, "due now", patience=30)
    await bo.presses(reminder, "Mark complete")

    await ana.sees(number, "Done by", bo.mention)
    await bo.sees_no_button(reminder, "Mark complete")
    assert await bo.count(number, "due now") <= 1


async def test_no_reminder_comes_after_completion(workspace: Workspace) -> None:
    """Done before it was due: nothing more is said to its owner."""
    ana = await workspace.person("ana")
    number = await ana.creates("Post the letter", due=f"due in {IN_PLENTY_OF_TIME} seconds")
    await ana.learns(f"/task done {number}", number, "Done by")
    witness = await ana.creates("Witness", due=f"due in {IN_PLENTY_OF_TIME} seconds")

    await ana.sees(witness, "due now", patience=60)
    assert await ana.count(number, "due now") == 0


async def test_a_reminder_waits_until_its_person_may_be_disturbed(workspace: Workspace) -> None:
    """Due within the person's do-not-disturb hours: it comes when they end, and not before."""
    ana = await workspace.person("ana")
    quiet_until = int(time.time()) + 8
    hours = {"enabled": True, "start": quiet_until - 60, "end": quiet_until}
    await workspace.change(ana, dnd=hours)
    number = await ana.creates("Sleep first", due="due in 3 seconds")

    reminder = await ana.sees(number, "due now", patience=40)

    assert float(reminder["ts"]) >= quiet_until
