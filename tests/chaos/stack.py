"""The whole stack for a run: two bots, two workers, three servers, and a link between any two."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from devstack.api_tokens import ApiToken
from devstack.bot_server import BotServer
from devstack.errors import DevstackError
from devstack.mongo_server import MongoServer
from devstack.ports import free_port
from devstack.probes import has_logged
from devstack.processes import ChildProcess
from devstack.settings import ROOT
from devstack.slack_server import SlackServer
from devstack.temporal_server import TemporalServer
from tests.chaos.credentials import KEY_SETTING, Credentials
from tests.chaos.journal import Journal
from tests.chaos.links import Link
from tests.chaos.parts import BALANCER, BOTS, PARTS, SERVERS, WORKERS, Transport, link_name

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
        self.folder = folder
        self.logs = folder / "logs"
        self.credentials = Credentials(is_encrypted=is_encrypted)
        self._lives: dict[str, int] = {}
        self._turns = {name: asyncio.Lock() for name in PARTS}
        self._running = AsyncExitStack()
        self.mongod = MongoServer(folder, port=free_port())
        self.temporal = TemporalServer(folder, port=free_port())
        bot_ports = [free_port() for _ in BOTS]
        balancer = Link(*bot_ports)
        events = f"http://127.0.0.1:{balancer.port}/slack/events"
        self.slack = SlackServer(folder, request_url=events if transport == "http" else None)
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
        self._told = {client: self._environment(client) for client in (*BOTS, *WORKERS)}
        self.bots = [self._bot(*each) for each in zip(BOTS, bot_ports, strict=True)]
        self.parts: Mapping[str, ChildProcess] = {
            "mongod": self.mongod,
            "temporal": self.temporal,
            "slack": self.slack,
            **{bot.name: bot for bot in self.bots},
            **{name: self._worker(name) for name in WORKERS},
        }

    @property
    def is_encrypted(self) -> bool:
        return bool(self.credentials.payload_keys)

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

    async def revive(self, name: str) -> None:
        """Start a part that is down, until it is up: those that it needs may be down as well."""
        async with self._turns[name]:
            await self._until_up(name)

    async def restart_with_keys(self, name: str, order: Sequence[int]) -> None:
        """Stop a bot or a worker and start it with these keys, the one that writes first."""
        async with self._turns[name]:
            self._told[name][KEY_SETTING] = self.credentials.key_setting(order)
            await self.parts[name].stop()
            await self._until_up(name)

    async def _until_up(self, name: str) -> None:
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
        await asyncio.to_thread(self.credentials.add_mongodb_user, self.mongod.uri)
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
            KEY_SETTING: self.credentials.key_setting([0] if self.is_encrypted else []),
            "MONGODB_URI": self.credentials.mongodb_uri(ports["mongod"]),
        }

    def _bot(self, name: str, port: int) -> BotServer:
        return BotServer(
            self.folder,
            self._told[name],
            port=port,
            sandbox=self.slack,
            api_tokens=[ApiToken(TOKEN, "write", self.credentials.api_token)],
            name=name,
        )

    def _worker(self, name: str) -> ChildProcess:
        self._told[name]["RELAI_WORKER_METRICS"] = f"127.0.0.1:{self._metrics[name]}"
        return ChildProcess(
            name,
            [sys.executable, "worker.py"],
            data=self.folder,
            ready=has_logged(self.logs / f"{name}.log", "worker_started"),
            env=self._told[name],
            cwd=ROOT,
        )
