"""The whole stack, each part a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from uuid import uuid4

from devstack.api_tokens import ApiToken, new_secret
from devstack.bot_server import BotServer
from devstack.mongo_server import MongoServer
from devstack.ports import free_port
from devstack.probes import has_logged
from devstack.processes import ChildProcess
from devstack.settings import ROOT
from devstack.slack_server import SlackServer
from devstack.temporal_server import TemporalServer

Transport = Literal["socket", "http"]
Servers = tuple[MongoServer, TemporalServer]

UNHURRIED = {
    # Scenarios run at any hour of any day.
    "RELAI_WORKING_HOURS": "mon-sun 00:00-24:00",
    # All tests call the API with one token.
    "RELAI_API_REQUESTS_PER_MINUTE": "1000000",
}


class RelaiStack:
    """Sandbox, worker and bot on the given servers, with a database and a task queue of its own.

    `kill` and `start` any of `slack`, `worker`, `bot` in between: what they kept is there again.
    The API may be called with `api_token`, which is that of `ci`, and with `read_token`, that of
    `report`.
    """

    def __init__(
        self,
        data: Path,
        mongod: MongoServer,
        temporal: TemporalServer,
        transport: Transport,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.mongod = mongod
        self.temporal = temporal
        self.database = f"relai-{uuid4().hex[:12]}"
        port = free_port()
        events = f"http://127.0.0.1:{port}/slack/events"
        self.slack = SlackServer(data, request_url=events if transport == "http" else None)
        self.api_token, self.read_token = new_secret(), new_secret()
        self._data = data
        self.logs = data / "logs"
        self.environment = self.slack.environment(
            {
                "PATH": "/usr/bin:/bin",
                "MONGODB_URI": mongod.uri,
                "MONGODB_DATABASE": self.database,
                "TEMPORAL_HOST": temporal.address,
                "TEMPORAL_TASK_QUEUE": self.database,
                **UNHURRIED,
                **(settings or {}),
            }
        )
        self.worker = self._worker()
        self.bot = self._bot("bot", port)
        self.bot_url = self.bot.url.rstrip("/")

    @asynccontextmanager
    async def second_bot(self) -> AsyncIterator[str]:
        """Another bot beside the first; its URL.

        Over Socket Mode Slack sends to either, over HTTP to the first only.
        """
        async with self._bot("second_bot", free_port()) as bot:
            yield bot.url.rstrip("/")

    def _worker(self) -> ChildProcess:
        return ChildProcess(
            "worker",
            [sys.executable, "worker.py"],
            data=self._data,
            ready=has_logged(self.logs / "worker.log", "worker_started"),
            env=self.environment,
            cwd=ROOT,
        )

    def _bot(self, name: str, port: int) -> BotServer:
        tokens = [
            ApiToken("ci", "write", self.api_token),
            ApiToken("report", "read", self.read_token),
        ]
        return BotServer(
            self._data,
            self.environment,
            port=port,
            sandbox=self.slack,
            api_tokens=tokens,
            name=name,
        )

    async def start(self) -> None:
        await self.slack.start()
        await asyncio.gather(self.worker.start(), self.bot.start())

    async def kill(self) -> None:
        await asyncio.gather(*(part.kill() for part in (self.bot, self.worker, self.slack)))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.kill()
