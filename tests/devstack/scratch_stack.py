"""A stack of scratch children: `python scratch_stack.py DATA [NAME BEHAVIOUR]…`."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from devstack.errors import DevstackError
from devstack.probes import has_logged
from devstack.processes import ChildProcess
from devstack.stack import Stack

BEHAVIOURS = {
    "steady": "print('up', flush=True); signal.pause()",
    "never_ready": "signal.pause()",
    "dies_when_told": "print('up', flush=True); signal.sigwait({signal.SIGUSR1}); sys.exit('alas')",
    "stubborn": (
        "signal.signal(signal.SIGTERM, lambda *_: print('no', flush=True)); "
        "print('up', flush=True); [signal.pause() for _ in iter(int, 1)]"
    ),
}
BLOCK = "import signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1}); "


def scratch_child(name: str, behaviour: str, data: Path) -> ChildProcess:
    """A tiny Python program that behaves as named."""
    return ChildProcess(
        name,
        [sys.executable, "-I", "-S", "-c", BLOCK + BEHAVIOURS[behaviour]],
        data=data,
        ready=has_logged(data / "logs" / f"{name}.log", "up"),
        grace=timedelta(minutes=1) if behaviour == "stubborn" else timedelta(seconds=10),
    )


def main() -> None:
    """Run the stack; its progress and its failure go to standard output."""
    data, *rest = sys.argv[1:]
    parts = [scratch_child(*pair, Path(data)) for pair in zip(rest[::2], rest[1::2], strict=True)]
    try:
        asyncio.run(Stack(parts, say).run(lambda: say("all ready")))
    except DevstackError as error:
        sys.exit(f"FAILED {error}")


def say(line: str) -> None:
    """Print at once."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
