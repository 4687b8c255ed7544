"""How a part goes away, how long it stays away, and how it comes back."""

import asyncio

from tests.chaos.journal import Journal
from tests.outages.plan import Outage
from tests.outages.stack import OutageStack
from tests.scenarios.people import Workspace

_FOR_EVER = 10**6


async def be_away(
    outage: Outage, stack: OutageStack, workspace: Workspace, journal: Journal
) -> None:
    """Have the part go, and return once it is back and answers.

    Slack goes as it does: for a third of the time it answers everything with an error, for a third
    it takes every call and never answers, and then nobody listens any more. All others are killed.
    """
    part = stack.parts[outage.part]
    journal.note("away", part=outage.part, seconds=outage.seconds, pause=outage.pause)
    if outage.part == "slack":
        await _slack_fails(outage.seconds * 2 / 3, workspace, journal)
    _note(journal, outage, "gone")
    await part.kill()
    await asyncio.sleep(outage.seconds / 3 if outage.part == "slack" else outage.seconds)
    journal.note("mended")
    await part.start()
    journal.note("back", part=outage.part)
    _note(journal, outage, "back")


async def _slack_fails(seconds: float, workspace: Workspace, journal: Journal) -> None:
    errors = {"error": "service_unavailable"}
    for kind, how in (("error", errors), ("slow", {"delay": _FOR_EVER})):
        await workspace.clear_faults()
        await workspace.fault("*", kind, times=_FOR_EVER, **how)
        await workspace.post("sockets/disconnect", {"abort": True})
        journal.note("fault", kind="slack", target="*", way=kind)
        await asyncio.sleep(seconds / 2)


def _note(journal: Journal, outage: Outage, way: str) -> None:
    journal.note("fault", kind="outage", target=outage.part, way=way)
