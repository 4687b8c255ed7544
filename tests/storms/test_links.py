"""A link passes everything on, until it is told to fail."""

import asyncio

import pytest

from tests.storms.links import Link


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while word := await reader.read(100):
        writer.write(word)
    writer.close()


async def _answer(
    stream: tuple[asyncio.StreamReader, asyncio.StreamWriter], word: bytes, within: float = 5.0
) -> bytes:
    stream[1].write(word)
    async with asyncio.timeout(within):
        return await stream[0].read(100)


async def test_link_fails_and_heals() -> None:
    """Held bytes arrive when it is healed; a refusal holds until then; a cut ends connections."""
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    async with server, Link(server.sockets[0].getsockname()[1]) as link:
        stream = await asyncio.open_connection("127.0.0.1", link.port)
        assert await _answer(stream, b"hello") == b"hello"
        await link.fail("mute")
        with pytest.raises(TimeoutError):
            await _answer(stream, b"late", within=0.2)
        await link.heal()
        assert await _answer(stream, b"") == b"late"
        await link.fail("refuse")
        with pytest.raises(ConnectionError):
            await _answer(stream, b"still there?")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", link.port)
        await link.heal()
        again = await asyncio.open_connection("127.0.0.1", link.port)
        assert await _answer(again, b"again") == b"again"
        again[1].close()
