"""A link passes everything on, until it is told to fail in one of its ways."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import NamedTuple

import pytest

from tests.chaos.links import Link

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_SOON = 5.0
_NEVER = 0.2
"""Seconds after which something held up counts as not arriving."""


class Line(NamedTuple):
    """A link to a server that notes what it hears, and says it again."""

    link: Link
    heard: asyncio.Queue[bytes]
    callers: list[asyncio.StreamWriter]

    async def call(self) -> Stream:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.link.port)
        self.callers.append(writer)
        return reader, writer


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while word := await reader.read(100):
                await heard.put(word)
                writer.write(word)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, Link(server.sockets[0].getsockname()[1]) as link:
        line = Line(link, heard, [])
        yield line
        for writer in line.callers:
            writer.close()


async def _said(stream: Stream, word: bytes) -> bytes:
    reader, writer = stream
    writer.write(word)
    async with asyncio.timeout(_SOON):
        return await reader.read(100)


async def _is_silent(stream: Stream) -> bool:
    try:
        async with asyncio.timeout(_NEVER):
            await stream[0].read(100)
    except TimeoutError:
        return True
    return False


async def test_it_passes_on_both_ways(line: Line) -> None:
    assert await _said(await line.call(), b"hello") == b"hello"


async def test_a_cut_ends_who_is_connected_and_lets_others_connect(line: Line) -> None:
    stream = await line.call()
    await _said(stream, b"hello")

    await line.link.fail("cut")

    with pytest.raises(ConnectionError):
        await _said(stream, b"still there?")
    assert await _said(await line.call(), b"again") == b"again"


async def test_a_refusal_holds_until_it_is_healed(line: Line) -> None:
    await line.link.fail("refuse")
    with pytest.raises(ConnectionRefusedError):
        await line.call()

    await line.link.heal()

    assert await _said(await line.call(), b"again") == b"again"


async def test_what_is_held_up_arrives_when_the_link_is_healed(line: Line) -> None:
    stream = await line.call()
    await _said(stream, b"hello")
    await line.link.fail("hold")
    stream[1].write(b"late")
    assert await _is_silent(stream)
    assert line.heard.qsize() == 1

    await line.link.heal()

    assert await _said(stream, b"") == b"late"


async def test_a_muted_server_hears_and_is_not_heard(line: Line) -> None:
    """What was asked for is done, and nobody knows."""
    stream = await line.call()
    await _said(stream, b"hello")
    await line.heard.get()
    await line.link.fail("mute")

    stream[1].write(b"do it")

    assert await line.heard.get() == b"do it"
    assert await _is_silent(stream)
    await line.link.heal()
    assert await _said(stream, b"") == b"do it"


async def test_a_delay_brings_everything_late(line: Line) -> None:
    stream = await line.call()
    await line.link.fail("delay", seconds=_NEVER)
    before = asyncio.get_running_loop().time()

    assert await _said(stream, b"slowly") == b"slowly"

    assert asyncio.get_running_loop().time() - before >= 2 * _NEVER


async def test_it_cannot_fail_in_a_way_that_does_not_exist(line: Line) -> None:
    with pytest.raises(ValueError, match="sulk"):
        await line.link.fail("sulk")
