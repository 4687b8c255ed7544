"""A link passes everything on, until it is told to fail."""

import asyncio
from contextlib import suppress

import pytest

from tests.storms.links import Link


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while word := await reader.read(100):
            writer.write(word)
    writer.close()


async def test_link_fails_and_heals() -> None:
    """Held bytes arrive when it is healed; a refusal ends connections and allows no new ones."""
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    async with server, Link(server.sockets[0].getsockname()[1]) as link:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        await link.fail("mute")
        writer.write(b"late")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(100), 0.2)
        await link.heal()
        assert await reader.read(100) == b"late"
        await link.fail("refuse")
        assert await reader.read(100) == b""
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", link.port)
        await link.heal()
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        writer.write(b"again")
        assert await reader.read(100) == b"again"
        writer.close()
        assert await reader.read(100) == b""
