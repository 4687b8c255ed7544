"""The sandbox as a process, and as a server of pages."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from devstack.slack_sandbox.routes.pages import PAGE
from tests.devstack.slack_sandbox.world import World

ROOT = Path(__file__).parents[3]
READY = "slack sandbox ready on "


@asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run a sandbox process until the block ends; yield it with its address."""
    command = (sys.executable, "-m", "devstack.slack_sandbox", "--port", "0", *arguments)
    running = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert running.stdout
    try:
        line = (await running.stdout.readline()).decode().strip()
        assert line.startswith(READY)
        yield running, line.removeprefix(READY)
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def call(url: str, method: str, **arguments: object) -> dict[str, object]:
    headers = {"Authorization": "Bearer xoxb-sandbox"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{url}/api/{method}", json=arguments) as answer,
    ):
        return dict(await answer.json())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_process_stops_cleanly_despite_a_stream(number: signal.Signals) -> None:
    async with (
        process() as (running, url),
        aiohttp.ClientSession() as session,
        session.get(f"{url}/control/stream") as stream,
    ):
        await stream.content.readuntil(b"\n\n")
        running.send_signal(number)

        assert await running.wait() == 0


async def test_killed_sandbox_keeps_its_data(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "deep" / "workspace.sqlite3"))
    async with process(*data) as (running, url):
        before = await call(url, "users.list")
        general = await call(url, "chat.postMessage", channel="#general", text="kept")
        running.kill()
        await running.wait()

    async with process(*data) as (_, url):
        after = await call(url, "users.list")
        edited = await call(
            url, "chat.update", channel=general["channel"], ts=general["ts"], text="edited"
        )
        later = await call(url, "chat.postMessage", channel="#general", text="later")

    assert after["members"] == before["members"]
    assert edited["ok"]
    assert str(later["ts"]) > str(general["ts"])


async def test_scopes_are_chosen_on_the_command_line() -> None:
    async with process("--scopes", "users:read, team:read", "--empty") as (_, url):
        assert (await call(url, "team.info"))["ok"]
        assert (await call(url, "chat.postMessage"))["error"] == "missing_scope"


@pytest.mark.parametrize(
    "path", ["/page/nothing.js", "/page/../server.py", "/page/%2e%2e/server.py", "/page/%00"]
)
async def test_only_files_of_the_page_are_served(world: World, path: str) -> None:
    async with world.session.get(f"{world.url}{path}") as answer:
        assert answer.status == 404


async def test_a_file_of_the_page_is_served(world: World) -> None:
    files = sorted(file for file in PAGE.glob("*.js"))
    name = files[0].name

    async with world.session.get(f"{world.url}/page/{name}") as answer:
        assert (answer.status, await answer.text()) == (200, files[0].read_text())


async def test_another_host_name_is_refused(world: World) -> None:
    headers = {"Host": "evil.example.com:80"}

    async with world.session.get(f"{world.url}/control/health", headers=headers) as answer:
        assert answer.status == 403
