"""The whole stack of a storm: two bots, two workers, three servers, a link between any two."""

import asyncio
import base64
import secrets
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from pymongo import MongoClient

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
from tests.storms.evidence import Journal
from tests.storms.links import Link
from tests.storms.plan import BALANCER, BOTS, CLIENTS, SERVERS, WORKERS, Transport

DATABASE = "relai"
WINDOW = timedelta(seconds=20)
"""The time to answer a relay: short, so that many relays end by the clock."""
_KEYS = "RELAI_PAYLOAD_KEYS"
_USER = "relai"
_SETTINGS = {
    "PATH": "/usr/bin:/bin",
    "MONGODB_DATABASE": DATABASE,
    "RELAI_WORKING_HOURS": "mon-sun 00:00-24:00",
    "RELAI_RELAY_WINDOW": f"PT{WINDOW.total_seconds():g}S",
    "RELAI_LOG_FORMAT": "json",
    "RELAI_API_REQUESTS_PER_MINUTE": "6000",
}


class StormStack:
    """All parts, with their data in one folder, which stays.

    Each bot and worker reaches each server through a link of its own. Over HTTP the sandbox
    reaches the bots through one more link, which leads to either.
    """

    def __init__(
        self, folder: Path, transport: Transport, journal: Journal, *, is_encrypted: bool
    ) -> None:
        self._journal = journal
        self.folder = folder
        self.logs = folder / "logs"
        self.api_token, self.strange_token = new_secret(), new_secret()
        self.payload_keys = [secrets.token_bytes(32) for _ in range(2 * is_encrypted)]
        self._password = f"{secrets.token_hex(12)}/@"  # with characters that a URL encodes
        self._starting = {name: asyncio.Lock() for name in (*CLIENTS, *SERVERS)}
        self._running = AsyncExitStack()
        mongod = self.mongod = MongoServer(folder, port=free_port())
        temporal = self.temporal = TemporalServer(folder, port=free_port())
        bot_ports = [free_port() for _ in BOTS]
        balancer = Link(*bot_ports)
        events = f"http://127.0.0.1:{balancer.port}/slack/events"
        url = events if transport == "http" else None
        slack = self.slack = SlackServer(folder, request_url=url)
        ports = {"mongod": mongod.port, "temporal": temporal.port, "slack": slack.port}
        self.links = {f"{c}→{s}": Link(ports[s]) for c in CLIENTS for s in SERVERS}
        if transport == "http":
            self.links[BALANCER] = balancer
        self._metrics = {name: free_port() for name in WORKERS}
        self._told = {client: self._environment(client) for client in CLIENTS}
        self.bots = [self._bot(*each) for each in zip(BOTS, bot_ports, strict=True)]
        self.parts: dict[str, ChildProcess] = {"mongod": mongod, "temporal": temporal}
        self.parts |= {"slack": slack, **{bot.name: bot for bot in self.bots}}
        self.parts |= {name: self._worker(name) for name in WORKERS}

    @property
    def pages(self) -> Mapping[str, str]:
        """The pages of each process, by name."""
        urls = {name: f"http://127.0.0.1:{port}/" for name, port in self._metrics.items()}
        urls |= {bot.name: bot.url for bot in self.bots}
        pages = {f"metrics of {name}": f"{url}metrics" for name, url in urls.items()}
        return pages | {f"health of {bot.name}": f"{bot.url}health" for bot in self.bots}

    @property
    def secrets(self) -> Mapping[str, bytes]:
        """Every secret of the storm, by the setting that holds it."""
        named = {**CREDENTIALS, "API_TOKENS": self.api_token, "MONGODB_URI": self._password}
        keys = {f"{_KEYS}, number {n}": key for n, key in enumerate(self.payload_keys, 1)}
        return {name: secret.encode() for name, secret in named.items()} | keys

    async def start_again(self, name: str) -> None:
        """Start a part, until it is up: the parts that it needs may be down as well."""
        part = self.parts[name]
        async with self._starting[name]:
            while not part.is_running:
                self._keep_log(part)
                try:
                    await part.start()
                except DevstackError as error:
                    self._journal.note("not_ready", part=name, why=str(error)[:300])

    async def change_keys(self, name: str, order: str) -> None:
        """Restart a bot or a worker with its payload keys in this order; the first one writes."""
        self._told[name][_KEYS] = self._key_setting(order)
        await self.parts[name].stop()
        await self.start_again(name)

    async def __aenter__(self) -> Self:
        for link in self.links.values():
            await self._running.enter_async_context(link)
        await asyncio.gather(*(self._enter(name) for name in SERVERS))
        await asyncio.to_thread(self._add_mongodb_user)
        ours = ApiToken("storm", "write", self.api_token).entry(await self.slack.team_id())
        strange = ApiToken("stranger", "write", self.strange_token).entry("TOTHER")
        for bot in BOTS:
            self._told[bot]["API_TOKENS"] = f"{ours},{strange}"
        await asyncio.gather(*(self._enter(name) for name in CLIENTS))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    async def _enter(self, name: str) -> None:
        await self._running.enter_async_context(self.parts[name])

    def _keep_log(self, part: ChildProcess) -> None:
        """Keep the log of every life: a start keeps the last one only."""
        if part.log.exists():
            lives = len(list(self.logs.glob(f"{part.name}.*.log")))
            part.log.rename(part.log.with_name(f"{part.name}.{lives}.log"))

    def _environment(self, client: str) -> dict[str, str]:
        ports = {server: self.links[f"{client}→{server}"].port for server in SERVERS}
        user = f"{_USER}:{quote(self._password, safe='')}"
        return self.slack.environment(_SETTINGS) | {
            "SLACK_API_URL": f"http://127.0.0.1:{ports['slack']}/api/",
            "TEMPORAL_HOST": f"127.0.0.1:{ports['temporal']}",
            _KEYS: self._key_setting("0" if self.payload_keys else ""),
            # Direct, since the replica set names its members by addresses that bypass the link.
            "MONGODB_URI": f"mongodb://{user}@127.0.0.1:{ports['mongod']}/?directConnection=true",
        }

    def _key_setting(self, order: str) -> str:
        return ",".join(base64.b64encode(self.payload_keys[int(n)]).decode() for n in order)

    def _add_mongodb_user(self) -> None:
        client: MongoClient[dict[str, Any]]
        with MongoClient(self.mongod.uri) as client:
            roles = ["readWriteAnyDatabase"]
            client.admin.command("createUser", _USER, pwd=self._password, roles=roles)

    def _bot(self, name: str, port: int) -> BotServer:
        return BotServer(self.folder, self._told[name], port=port, sandbox=self.slack, name=name)

    def _worker(self, name: str) -> ChildProcess:
        self._told[name]["RELAI_WORKER_METRICS"] = f"127.0.0.1:{self._metrics[name]}"
        return ChildProcess(
            name,
            [sys.executable, "-m", "tests.storms.worker"],
            data=self.folder,
            ready=has_logged(self.logs / f"{name}.log", "worker_started"),
            env=self._told[name],
            cwd=ROOT,
        )
