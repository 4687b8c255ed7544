"""Slow, oversized and cut-off requests are ended without delay to other callers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot import server
from bot.api import requests
from tests.bot.api.api_harness import CI_SECRET, ApiHarness

_MEGABYTE = b"x" * 1024 * 1024


@pytest.fixture
async def api() -> AsyncIterator[ApiHarness]:
    async with ApiHarness().listening() as api:
        yield api


class Connection:
    """A raw connection to the API."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def post(self, length: int, body: bytes = b"") -> None:
        """Begin a request to create a task, announcing a body of `length` bytes."""
        head = (
            "POST /api/tasks HTTP/1.1\r\nHost: relai\r\n"
            f"Authorization: Bearer {CI_SECRET}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        await self.writer.drain()

    async def status(self) -> int:
        """Wait for the answer and return its status."""
        line = await self._reader.readline()
        return int(line.split()[1])

    async def wait_closed(self) -> None:
        """Wait until the server has closed the connection."""
        while await self._reader.read(65536):
            pass

    async def close(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


@asynccontextmanager
async def connected(api: ApiHarness) -> AsyncIterator[Connection]:
    connection = Connection(*await asyncio.open_connection("127.0.0.1", api.port))
    try:
        yield connection
    finally:
        await connection.close()


async def test_oversized_body_is_refused_before_it_is_read(api: ApiHarness) -> None:
    sent = 0
    async with connected(api) as connection:
        await connection.post(100 * len(_MEGABYTE))
        status = asyncio.create_task(connection.status())
        while sent < 100 and not status.done():
            connection.writer.write(_MEGABYTE)
            await connection.writer.drain()
            sent += 1
        assert await status == 413

    assert sent < 50
    assert (await api.get("/api/tasks")).status == 200


async def test_body_without_a_length_is_limited_too(api: ApiHarness) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"title": "'
        for _ in range(3):
            yield b"x" * requests.LARGEST_BODY

    refused = await api.send(
        "POST",
        "/api/tasks",
        data=endless(),
        headers={"Content-Type": "application/json"},
    )

    assert (refused.status, refused.body["code"]) == (413, "body_too_large")


async def test_slow_body_times_out(api: ApiHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "READ_WITHIN", timedelta(milliseconds=100))
    async with connected(api) as connection:
        await connection.post(1000, b'{"title":')

        assert await connection.status() == 408
        await connection.wait_closed()


async def test_endless_headers_are_cut_off_while_others_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "_IDLE_WITHIN", 1.0)
    async with ApiHarness().listening() as api, AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(connected(api)) for _ in range(200)]
        for connection in slow:
            connection.writer.write(b"GET /api/tasks HTTP/1.1\r\nHost: relai\r\nX-Slow: ")
        served = await api.get("/api/tasks")
        await asyncio.gather(*(connection.wait_closed() for connection in slow))

    assert served.status == 200


async def test_cut_off_request_is_dropped_without_an_error(api: ApiHarness) -> None:
    with capture_logs() as logs:
        async with connected(api) as connection:
            await connection.post(1000, b'{"title": "half of a tas')
        assert (await api.get("/api/tasks")).body["tasks"] == []

    assert [line for line in logs if line["log_level"] == "error"] == []
    assert api.gateway.asked == []


async def test_too_long_header_is_refused(api: ApiHarness) -> None:
    refused = await api.send("GET", "/api/tasks", headers={"X-Long": "x" * 30_000})

    assert refused.status == 400
    assert "Traceback" not in str(refused.body)


async def test_token_that_is_not_ascii_is_refused(api: ApiHarness) -> None:
    async with connected(api) as connection:
        connection.writer.write(
            b"GET /api/tasks HTTP/1.1\r\nHost: relai\r\nAuthorization: Bearer \xe9\xff\r\n\r\n"
        )

        assert await connection.status() == 401


async def test_compressed_body_is_refused(api: ApiHarness) -> None:
    coded = {"Content-Type": "application/json", "Content-Encoding": "compress"}

    refused = await api.send("POST", "/api/tasks", data=b"{}", headers=coded)

    assert (refused.status, refused.body["code"]) == (415, "unsupported_media_type")
