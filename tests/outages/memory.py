"""How much memory each process holds, while a part of what they need is away."""

import asyncio
from pathlib import Path

from devstack.processes import ChildProcess
from tests.chaos.journal import Journal
from tests.outages.stack import OutageStack

_KIB_PER_MIB = 1024


async def watch_memory(stack: OutageStack, journal: Journal, every: float) -> None:
    """Note it again and again."""
    while True:
        note_memory(stack, journal)
        await asyncio.sleep(every)


def note_memory(stack: OutageStack, journal: Journal) -> None:
    """Note the resident memory of each part that runs, in MiB."""
    sizes = {name: _resident(part) for name, part in stack.parts.items() if part.is_running}
    journal.note("memory", sizes=sizes)


def _resident(part: ChildProcess) -> int:
    status = Path(f"/proc/{part.pid}/status").read_text(encoding="utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) // _KIB_PER_MIB
