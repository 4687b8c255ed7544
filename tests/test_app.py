"""The bot as a process: it says what is wrong, waits for Slack, and leaves cleanly."""

import asyncio
import json
import os
import signal
import socket
import sys
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

APP = Path(__file__).parents[1] / "app.py"
NOBODY = "127.0.0.1:9"
"""The discard port, where nothing listens."""


def environment(slack: str, **more: str) -> dict[str, str]:
    """What the bot needs, and nothing of ours; Temporal and MongoDB are down."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    return kept | {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_APP_TOKEN": "xapp-sandbox",
        "SLACK_API_URL": f"{slack}/api/",
        "TEMPORAL_HOST": NOBODY,
        "MONGODB_URI": f"mongodb://{NOBODY}/?replicaSet=rs0",
        "RELAI_PORT": "0",
        "RELAI_LOG_FORMAT": "json",
        **more,
    }


class RunningBot:
    """The process, and its log line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.seen: list[dict[str, Any]] = []

    async def logs(self, event: str) -> dict[str, Any]:
        """Wait until the bot logs an event, and return its fields."""
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            fields: dict[str, Any] = json.loads(line)
            self.seen.append(fields)
            if fields["event"] == event:
                return fields
        raise AssertionError(f"the bot ended without {event}: {self.seen}")

    async def ends(self) -> tuple[int | None, str]:
        """Wait for the end; the exit code, and what it said last."""
        _, said = await self._process.communicate()
        return self._process.returncode, said.decode()

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)


@asynccontextmanager
async def a_bot(folder: Path, environ: dict[str, str]) -> AsyncIterator[RunningBot]:
    """Run the bot in an empty folder, where no `.env` lies."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(APP), env=environ, cwd=folder, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield RunningBot(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_missing_setting_is_named_and_ends_the_bot(tmp_path: Path) -> None:
    async with a_bot(tmp_path, {"PATH": os.environ["PATH"]}) as bot:
        code, said = await bot.ends()

    assert code == 2
    assert "SLACK_BOT_TOKEN" in said
    assert "Traceback" not in said


async def test_an_address_of_mongodb_that_is_none_ends_the_bot_and_is_not_quoted(
    tmp_path: Path,
) -> None:
    unescaped = "mongodb://relai:abc/S3CRETtail@mongo:27017/?replicaSet=rs0"
    environ = environment(f"http://{NOBODY}", MONGODB_URI=unescaped)
    async with a_bot(tmp_path, environ) as bot:
        code, said = await bot.ends()

    assert code == 2
    assert said.startswith("MONGODB_URI can't be used")
    assert "S3CRET" not in said
    assert "Traceback" not in said


async def test_a_wrong_token_is_said_in_one_sentence_and_ends_the_bot(tmp_path: Path) -> None:
    async with running_sandbox(Options()) as slack:
        wrong = environment(slack.base_url, SLACK_BOT_TOKEN="xoxb-wrong")
        async with a_bot(tmp_path, wrong) as bot:
            code, said = await bot.ends()

    assert code == 2
    assert "SLACK_BOT_TOKEN" in said
    assert "Traceback" not in said


async def test_a_wrong_app_token_ends_the_bot_instead_of_hanging_it(tmp_path: Path) -> None:
    async with running_sandbox(Options()) as slack:
        wrong = environment(slack.base_url, SLACK_APP_TOKEN="xapp-wrong")
        async with a_bot(tmp_path, wrong) as bot:
            code, said = await bot.ends()

    assert code == 2
    assert "SLACK_APP_TOKEN" in said


async def test_a_port_that_is_taken_is_named_and_ends_the_bot(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = environment(f"http://{NOBODY}", RELAI_PORT=str(other.getsockname()[1]))
        async with a_bot(tmp_path, taken) as bot:
            code, said = await bot.ends()

    assert code == 2
    assert "RELAI_PORT" in said
    assert "Traceback" not in said


def test_all_steps_of_a_command_take_less_than_an_answer_may() -> None:
    longest = max(app.STORE_TIMEOUT, app.PATIENCE, app.ASK_WITHIN)

    assert longest + DURABLE_WITHIN + OUTCOME_WITHIN < ANSWER_WITHIN


async def test_the_bot_waits_for_slack_and_leaves_cleanly(tmp_path: Path) -> None:
    async with running_sandbox(Options()) as slack, aiohttp.ClientSession() as http:
        fault = {"method": "auth.test", "kind": "server_error"}
        async with http.post(f"{slack.base_url}/control/faults", json=fault) as response:
            assert response.status == 200
        async with a_bot(tmp_path, environment(slack.base_url)) as bot:
            await bot.logs("slack_not_reachable")
            await bot.logs("bot_started")
            bot.terminate()
            code, said = await bot.ends()

    assert code == 0
    assert "bot_stopped" in said


async def test_the_bot_leaves_cleanly_while_it_waits_for_slack(tmp_path: Path) -> None:
    async with a_bot(tmp_path, environment(f"http://{NOBODY}")) as bot:
        await bot.logs("slack_not_reachable")
        bot.terminate()
        code, _ = await bot.ends()

    assert code == 0


async def test_people_are_answered_while_temporal_and_mongodb_are_down(tmp_path: Path) -> None:
    async with running_sandbox(Options()) as slack, aiohttp.ClientSession() as http:
        control = f"{slack.base_url}/control"
        async with a_bot(tmp_path, environment(slack.base_url)) as bot:
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
