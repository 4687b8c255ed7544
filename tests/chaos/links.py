"""A TCP connection between two parts that can be refused, cut, delayed and held up."""

import asyncio
import contextlib
from collections import deque
from types import TracebackType
from typing import Literal, Self

from devstack.ports import LOOPBACK, free_port

Direction = Literal["there", "back"]
_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_CHUNK = 64 * 1024


class Link:
    """Passes on what comes in at `port` to a server on loopback, and its answers back.

    With several upstreams it is a balancer: each connection goes to the next one that listens.

    Ways to fail: `refuse` cuts whoever is connected and lets nobody connect; `cut` does only the
    former; `delay` brings each chunk `seconds` late; `hold` lets nothing through in either
    direction; `mute` holds up the answers only, so what was asked for is done and nobody hears of
    it. What was held up arrives when the link is healed, as after a network that was split.

    Attributes:
        begun: how many connections were made so far.
    """

    def __init__(self, *upstreams: int) -> None:
        self.port = free_port()
        self.begun = 0
        self._upstreams = deque(upstreams)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._delay = 0.0
        self._open: dict[Direction, asyncio.Event] = {
            "there": asyncio.Event(),
            "back": asyncio.Event(),
        }

    async def fail(self, way: str, seconds: float = 0.0) -> None:
        """Fail this way until it is healed."""
        if way in ("refuse", "cut"):
            if way == "refuse":
                await self._stop_listening()
            self._cut()
        elif way == "delay":
            self._delay = seconds
        elif way in ("hold", "mute"):
            self._open["back"].clear()
            if way == "hold":
                self._open["there"].clear()
        else:
            raise ValueError(f"a link can't {way}")

    async def heal(self) -> None:
        """Pass everything on again."""
        self._let_through()
        if self._server is None:
            self._server = await asyncio.start_server(self._begin, LOOPBACK, self.port)

    async def __aenter__(self) -> Self:
        await self.heal()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop_listening()
        self._let_through()
        self._cut()
        await asyncio.gather(*self._serving)

    def _let_through(self) -> None:
        self._delay = 0.0
        for direction in self._open.values():
            direction.set()

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.begun += 1
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (upstream := await self._connect()) is None:
            writer.transport.abort()
            return
        there, back = upstream
        ends = {writer, back}
        self._writers |= ends
        passing = (self._pass(reader, back, "there"), self._pass(there, writer, "back"))
        try:
            await asyncio.gather(*passing)
        finally:
            self._writers -= ends

    async def _connect(self) -> _Stream | None:
        """A connection to the next upstream that listens, if any does."""
        for _ in range(len(self._upstreams)):
            self._upstreams.rotate()
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(LOOPBACK, self._upstreams[0])
        return None

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                await self._open[direction].wait()
                await asyncio.sleep(self._delay)
                writer.write(chunk)
                await writer.drain()
        # One end is gone, so the other has nobody to talk to once it has heard all.
        writer.close()
