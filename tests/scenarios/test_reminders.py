"""Reminders come at their moment, once, and outside do-not-disturb.

`relai_workflows/test_reminders.py` has all else about them, on a clock that skips the waiting.
"""

import time

from tests.scenarios.marks import OVER_HTTP
from tests.scenarios.people import Workspace

pytestmark = OVER_HTTP


async def test_reminder_can_complete_its_task(workspace: Workspace) -> None:
    """Due in a few seconds: one reminder, with a button that works."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Call the bank", bo, due="due in 4 seconds")

    reminder = await bo.sees(number, "due now", patience=30)
    await bo.presses(reminder, "Mark complete")

    await ana.sees(number, "Done by", bo.mention)
    await bo.sees_no_button(reminder, "Mark complete")
    assert await bo.count(number, "due now") <= 1


async def test_reminder_waits_for_the_end_of_do_not_disturb(workspace: Workspace) -> None:
    ana = await workspace.person("ana")
    quiet_until = int(time.time()) + 8
    hours = {"enabled": True, "start": quiet_until - 60, "end": quiet_until}
    await workspace.change(ana, dnd=hours)
    number = await ana.creates("Sleep first", due="due in 3 seconds")

    reminder = await ana.sees(number, "due now", patience=40)

    assert float(reminder["ts"]) >= quiet_until
