"""A TCP connection between two parts that can be refused, cut, delayed and held up."""

import asyncio
import contextlib
from collections import deque
from typing import Self

from devstack.ports import LOOPBACK, free_port

_CHUNK = 64 * 1024


class Link:
    """Passes bytes between `port` and a server on loopback.

    With several upstreams it is a balancer: each connection goes to the next one that listens.

    `refuse` cuts all connections and allows no new ones; `cut` only cuts; `delay` brings each chunk
    `seconds` late; `hold` lets nothing through; `mute` holds up the answers only, so a request is
    carried out and its answer is not heard. Held bytes arrive when the link is healed. `begun`
    counts the connections so far.
    """

    def __init__(self, *upstreams: int) -> None:
        self.port = free_port()
        self.begun = 0
        self._upstreams = deque(upstreams)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._delay = 0.0
        self._requests_pass, self._answers_pass = asyncio.Event(), asyncio.Event()

    async def fail(self, way: str, seconds: float = 0.0) -> None:
        """Fail this way until it is healed."""
        self._delay = seconds if way == "delay" else 0.0
        if way == "refuse" and self._server is not None:
            self._server.close()
            self._server = None
        if way in ("refuse", "cut"):
            for writer in list(self._writers):
                writer.transport.abort()
        if way in ("hold", "mute"):
            self._answers_pass.clear()
        if way == "hold":
            self._requests_pass.clear()

    async def heal(self) -> None:
        """Pass everything on again."""
        self._delay = 0.0
        self._requests_pass.set()
        self._answers_pass.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._begin, LOOPBACK, self.port)

    async def __aenter__(self) -> Self:
        await self.heal()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.heal()
        await self.fail("refuse")
        await asyncio.gather(*self._serving)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.begun += 1
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(len(self._upstreams)):
            self._upstreams.rotate()
            with contextlib.suppress(OSError):
                answers, requests = await asyncio.open_connection(LOOPBACK, self._upstreams[0])
                break
        else:
            writer.transport.abort()
            return
        ends = {writer, requests}
        self._writers |= ends
        there = self._pass(reader, requests, self._requests_pass)
        await asyncio.gather(there, self._pass(answers, writer, self._answers_pass))
        self._writers -= ends
        await asyncio.gather(*(end.wait_closed() for end in ends), return_exceptions=True)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, may_pass: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                await may_pass.wait()
                await asyncio.sleep(self._delay)
                writer.write(chunk)
                await writer.drain()
        # One end is gone, so the other end has nothing more to hear.
        writer.close()
