"""Several child processes that start and end together."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from time import monotonic

from devstack.errors import DevstackError
from devstack.processes import ChildProcess

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]


class Stack:
    """Starts parts in order, watches them, and stops them in reverse order.

    The stack ends on SIGINT, SIGTERM or SIGHUP, if a part fails to start, or if a part ends by
    itself. No part is left running then, also in the middle of the start. A signal while parts are
    being stopped ends them by force.

    Args:
        parts: In the order of their start.
        say: Takes a line of progress.
    """

    def __init__(self, parts: Sequence[ChildProcess], say: Say) -> None:
        self._parts = parts
        self._say = say
        self._ending = False

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Run until a signal asks for the end; `on_ready` is called once all parts are ready.

        Raises:
            DevstackError: a part failed to start, or ended by itself; all others are stopped.
        """
        serving = asyncio.create_task(self._serve(on_ready))
        loop = asyncio.get_running_loop()
        for number in ENDING_SIGNALS:
            loop.add_signal_handler(number, self._on_signal, serving)
        try:
            await serving
        except asyncio.CancelledError:
            if not self._ending:
                raise
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        finally:
            await self._stop()

    def _on_signal(self, serving: asyncio.Task[None]) -> None:
        if self._ending:
            for part in self._parts:
                part.send_signal(signal.SIGKILL)
            return
        self._ending = True
        serving.cancel()
        self._say("stopping everything (once more ends it by force)")

    async def _serve(self, on_ready: Callable[[], None]) -> None:
        async with asyncio.TaskGroup() as group:
            for part in self._parts:
                await self._start(part)
                group.create_task(_watch(part))
            on_ready()

    async def _start(self, part: ChildProcess) -> None:
        self._say(f"{part.name}: starting …")
        began = monotonic()
        await part.start()
        self._say(f"{part.name}: ready in {monotonic() - began:.1f} s")

    async def _stop(self) -> None:
        self._ending = True
        for part in reversed(self._parts):
            await part.stop()


async def _watch(part: ChildProcess) -> None:
    await part.wait()
    raise DevstackError(part.last_words())
