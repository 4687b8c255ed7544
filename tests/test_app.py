"""The bot as a process: it waits for Slack, and leaves cleanly."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

import app
from bot.replies import ANSWER_WITHIN
from bot.services.durable_calls import DURABLE_WITHIN
from bot.services.temporal_service import OUTCOME_WITHIN
from devstack.slack_sandbox.options import Options
from devstack.slack_sandbox.server import running_sandbox
from tests.starts import SETTINGS, a_process


class RunningBot:
    """The process, and its log line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.seen: list[dict[str, Any]] = []

    async def logs(self, event: str, **of: str) -> dict[str, Any]:
        """Wait until the bot logs an event with these fields, and return all of them."""
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            fields: dict[str, Any] = json.loads(line)
            self.seen.append(fields)
            if fields.items() >= {"event": event, **of}.items():
                return fields
        raise AssertionError(f"the bot ended without {event}: {self.seen}")

    async def ends(self) -> tuple[int | None, str]:
        """Wait for the end; the exit code, and what it said last."""
        _, said = await self._process.communicate()
        return self._process.returncode, said.decode()

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)


@asynccontextmanager
async def a_bot(folder: Path, **settings: str) -> AsyncIterator[RunningBot]:
    """Run the bot while Temporal and MongoDB are down."""
    async with a_process("app.py", folder, {**SETTINGS, **settings}) as process:
        yield RunningBot(process)


def test_steps_of_a_command_fit_into_its_answer() -> None:
    longest = max(app.STORE_TIMEOUT, app.PATIENCE, app.ASK_WITHIN)

    assert longest + DURABLE_WITHIN + OUTCOME_WITHIN < ANSWER_WITHIN


async def test_bot_waits_for_slack_and_leaves_cleanly(tmp_path: Path) -> None:
    async with running_sandbox(Options()) as slack, aiohttp.ClientSession() as http:
        fault = {"method": "auth.test", "kind": "server_error"}
        async with http.post(f"{slack.base_url}/control/faults", json=fault) as response:
            assert response.status == 200
        async with a_bot(tmp_path, SLACK_API_URL=f"{slack.base_url}/api/") as bot:
            await bot.logs("waiting_for", part="Slack")
            await bot.logs("bot_started")
            bot.terminate()
            code, said = await bot.ends()

    assert code == 0
    assert "bot_stopped" in said
    assert "Traceback" not in said


async def test_bot_leaves_cleanly_while_it_waits_for_slack(tmp_path: Path) -> None:
    async with a_bot(tmp_path) as bot:
        await bot.logs("waiting_for", part="Slack")
        bot.terminate()
        code, said = await bot.ends()

    assert code == 0
    assert "Traceback" not in said


async def test_people_are_answered_while_other_parts_are_down(tmp_path: Path) -> None:
    async with running_sandbox(Options()) as slack, aiohttp.ClientSession() as http:
        control = f"{slack.base_url}/control"
        async with a_bot(tmp_path, SLACK_API_URL=f"{slack.base_url}/api/") as bot:
            port = (await bot.logs("server_listening"))["port"]
            await bot.logs("bot_started")
            async with http.get(f"{control}/workspace") as response:
                people = (await response.json())["people"]
            ana = next(person["id"] for person in people if person["name"] == "ana")
            await _until_healthy(http, port)
            command = {"user": ana, "text": "/task new Renew the certificate"}
            async with http.post(f"{control}/commands", json=command) as response:
                delivery = await response.json()

    assert delivery["outcome"] == "ok"
    assert "nothing was saved" in str(delivery["answer"])
    assert "Renew the certificate" in str(delivery["answer"])


async def _until_healthy(http: aiohttp.ClientSession, port: int) -> None:
    """Wait until the bot is connected to Slack, as its own health says."""
    while True:
        async with http.get(f"http://127.0.0.1:{port}/health") as response:
            if (await response.json())["parts"]["slack"]["state"] == "ok":
                return
