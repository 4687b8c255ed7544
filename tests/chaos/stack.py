"""The whole stack for a run: two bots, two workers, three servers, and a link between any two."""

import asyncio
import base64
import secrets
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from devstack.api_tokens import ApiToken, new_secret
from devstack.bot_server import BotServer
from devstack.errors import DevstackError
from devstack.mongo_server import MongoServer
from devstack.ports import free_port
from devstack.probes import has_logged
from devstack.processes import ChildProcess
from devstack.settings import ROOT
from devstack.slack_server import CREDENTIALS, SlackServer
from devstack.temporal_server import TemporalServer
from tests.chaos.journal import Journal
from tests.chaos.links import Link
from tests.chaos.parts import BALANCER, BOTS, SERVERS, WORKERS, Transport, link_name

DATABASE = "relai"
TASK_QUEUE = "relai-task-queue"
WINDOW = timedelta(seconds=20)
"""How long a hand-over waits for its answer: short, so that many end by the clock."""
TOKEN = "chaos"

_SETTINGS = {
    "PATH": "/usr/bin:/bin",
    "MONGODB_DATABASE": DATABASE,
    "TEMPORAL_TASK_QUEUE": TASK_QUEUE,
    "RELAI_WORKING_HOURS": "mon-sun 00:00-24:00",
    "RELAI_RELAY_WINDOW": f"PT{WINDOW.total_seconds():g}S",
    "RELAI_LOG_FORMAT": "json",
    "RELAI_API_REQUESTS_PER_MINUTE": "6000",
}


class ChaosStack:
    """All parts on their own data in one folder, which outlives them.

    Bots and workers reach each server through a link of their own, named as by `link_name`. The
    sandbox reaches the bots by the sockets that they opened, so through the same links, or over
    HTTP through one link that leads to either.
    """

    def __init__(
        self, folder: Path, transport: Transport, journal: Journal, *, is_encrypted: bool
    ) -> None:
        self._journal = journal
        self._folder = folder
        self.logs = folder / "logs"
        self.payload_key = secrets.token_bytes(32) if is_encrypted else None
        self._lives: dict[str, int] = {}
        self._running = AsyncExitStack()
        self.mongod = MongoServer(folder, port=free_port())
        self.temporal = TemporalServer(folder, port=free_port())
        bot_ports = [free_port() for _ in BOTS]
        balancer = Link(*bot_ports)
        events = f"http://127.0.0.1:{balancer.port}/slack/events"
        self.slack = SlackServer(folder, request_url=events if transport == "http" else None)
        self.api_token = new_secret()
        ports = {
            "mongod": self.mongod.port,
            "temporal": self.temporal.port,
            "slack": self.slack.port,
        }
        self.links = {
            link_name(client, server): Link(ports[server])
            for client in (*BOTS, *WORKERS)
            for server in SERVERS
        } | ({BALANCER: balancer} if transport == "http" else {})
        self._metrics = {name: free_port() for name in WORKERS}
        self.bots = [self._bot(*each) for each in zip(BOTS, bot_ports, strict=True)]
        self.parts: Mapping[str, ChildProcess] = {
            "mongod": self.mongod,
            "temporal": self.temporal,
            "slack": self.slack,
            **{bot.name: bot for bot in self.bots},
            **{name: self._worker(name) for name in WORKERS},
        }

    @property
    def bot_urls(self) -> list[str]:
        return [bot.url.rstrip("/") for bot in self.bots]

    @property
    def pages(self) -> Mapping[str, str]:
        """What processes show of themselves, by what it is."""
        of_bots = {
            f"{page} of {bot.name}": f"{url}/{page}"
            for bot, url in zip(self.bots, self.bot_urls, strict=True)
            for page in ("metrics", "health")
        }
        of_workers = {
            f"metrics of {name}": f"http://127.0.0.1:{port}/metrics"
            for name, port in self._metrics.items()
        }
        return of_bots | of_workers

    @property
    def secrets(self) -> Mapping[str, str]:
        """What nobody may read anywhere, by its name."""
        named = {**CREDENTIALS, "API_TOKENS": self.api_token}
        if self.payload_key is None:
            return named
        return {
            **named,
            "RELAI_PAYLOAD_KEYS": self._payload_keys,
            "RELAI_PAYLOAD_KEYS, decoded": self.payload_key.hex(),
        }

    @property
    def _payload_keys(self) -> str:
        return base64.b64encode(self.payload_key).decode() if self.payload_key else ""

    async def revive(self, name: str) -> None:
        """Start a part that is down, until it is up: those that it needs may be down as well."""
        part = self.parts[name]
        while not part.is_running:
            self._keep_log(part)
            try:
                await part.start()
            except DevstackError as error:
                self._journal.note("not_ready", part=name, why=str(error)[:300])

    async def __aenter__(self) -> Self:
        for link in self.links.values():
            await self._running.enter_async_context(link)
        await asyncio.gather(*(self._start(name) for name in SERVERS))
        await asyncio.gather(*(self._start(name) for name in (*BOTS, *WORKERS)))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._running.aclose()

    async def _start(self, name: str) -> None:
        await self._running.enter_async_context(self.parts[name])

    def _keep_log(self, part: ChildProcess) -> None:
        """Keep the log of every life: a start keeps that of the last one only."""
        life = self._lives[part.name] = self._lives.get(part.name, 0) + 1
        if part.log.exists():
            part.log.rename(part.log.with_name(f"{part.name}.{life}.log"))

    def _environment(self, client: str) -> dict[str, str]:
        ports = {server: self.links[link_name(client, server)].port for server in SERVERS}
        return self.slack.environment(_SETTINGS) | {
            "SLACK_API_URL": f"http://127.0.0.1:{ports['slack']}/api/",
            "TEMPORAL_HOST": f"127.0.0.1:{ports['temporal']}",
            "RELAI_PAYLOAD_KEYS": self._payload_keys,
            # Direct, for the replica set tells its members' own addresses, which bypass the link.
            "MONGODB_URI": f"mongodb://127.0.0.1:{ports['mongod']}/?directConnection=true",
        }

    def _bot(self, name: str, port: int) -> BotServer:
        return BotServer(
            self._folder,
            self._environment(name),
            port=port,
            sandbox=self.slack,
            api_tokens=[ApiToken(TOKEN, "write", self.api_token)],
            name=name,
        )

    def _worker(self, name: str) -> ChildProcess:
        return ChildProcess(
            name,
            [sys.executable, "worker.py"],
            data=self._folder,
            ready=has_logged(self._folder / "logs" / f"{name}.log", "worker_started"),
            env=self._environment(name)
            | {"RELAI_WORKER_METRICS": f"127.0.0.1:{self._metrics[name]}"},
            cwd=ROOT,
        )
