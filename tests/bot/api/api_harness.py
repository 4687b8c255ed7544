"""The API over HTTP, with stores in memory and a gateway that carries out every command."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import aiohttp
from multidict import CIMultiDict

from bot.api.application import Services, create_application
from bot.api.gate import Gate
from bot.api.rate_limit import RateLimit
from bot.api.repeats import Repeats
from bot.server import Server
from bot.services.relay_service import RelayService
from bot.services.task_service import TaskService
from bot.services.user_service import UserService
from relai_core.domain.api_token import ApiToken, digest_of
from relai_core.domain.ids import TeamId, TokenName
from relai_core.domain.relay import RelayMode
from relai_core.domain.task import Task
from tests.bot.people import BOT, DEACTIVATED, GUEST, OUTSIDER, ROBOT
from tests.fakes import (
    FakeDirectory,
    FakeGateway,
    FakeKeyedRequestStore,
    FakeTaskStore,
    FakeUserStore,
)
from tests.relai_core.builders import CI, OTHER_TEAM, TEAM

Json = dict[str, Any]
CI_SECRET, REPORT_SECRET, THEIR_SECRET = "relai_ci", "relai_report", "relai_theirs"


def a_token(name: str, secret: str, *, team: TeamId = TEAM, may_write: bool = True) -> ApiToken:
    return ApiToken(TokenName(name), team, may_write, digest_of(secret))


TOKENS = (
    a_token(CI, CI_SECRET),
    a_token("report", REPORT_SECRET, may_write=False),
    a_token("theirs", THEIR_SECRET, team=OTHER_TEAM),
)


class Reply(NamedTuple):
    """Status, headers and body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: Json


class ApiHarness:
    """The API of one bot. Its stores may be shared with the harness of another bot."""

    def __init__(
        self,
        *tasks: Task,
        tokens: Sequence[ApiToken] = TOKENS,
        per_minute: int = 10_000,
        shares: "ApiHarness | None" = None,
    ) -> None:
        self.store: FakeTaskStore = shares.store if shares else FakeTaskStore(*tasks)
        self.gateway: FakeGateway = shares.gateway if shares else FakeGateway(self.store)
        self.keyed: FakeKeyedRequestStore = shares.keyed if shares else FakeKeyedRequestStore()
        self.people: FakeUserStore = shares.people if shares else FakeUserStore()
        self.directory = FakeDirectory(GUEST, DEACTIVATED, ROBOT, OUTSIDER)
        self.observed: list[tuple[str, int]] = []
        self.gate = Gate(tokens, RateLimit(per_minute), Repeats(self.keyed), self._observe)
        self.gate.open(TEAM)
        self._http: aiohttp.ClientSession
        self._url: str

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["ApiHarness"]:
        """Serve on a port of its own."""
        server = Server([], create_application(self.gate, self._services()))
        self.port = await server.start("127.0.0.1", 0)
        self._url = f"http://127.0.0.1:{self.port}"
        try:
            async with aiohttp.ClientSession() as self._http:
                yield self
        finally:
            await server.stop()

    async def get(self, path: str, *, token: str = CI_SECRET, **query: str) -> Reply:
        return await self.send("GET", path, token=token, params=query)

    async def post(
        self,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        token: str = CI_SECRET,
        **options: Any,
    ) -> Reply:
        return await self._write("POST", path, body, key, token, options)

    async def patch(self, path: str, body: object, *, token: str = CI_SECRET) -> Reply:
        return await self._write("PATCH", path, body, None, token, {})

    async def send(
        self, method: str, path: str, *, token: str | None = CI_SECRET, **options: Any
    ) -> Reply:
        """Send a request as it is."""
        headers = CIMultiDict(options.pop("headers", {}))
        if token:
            headers.setdefault("Authorization", f"Bearer {token}")
        async with self._http.request(
            method, f"{self._url}{path}", headers=headers, **options
        ) as response:
            is_json = "json" in response.content_type
            body = await response.json() if is_json else {"text": await response.text()}
            return Reply(response.status, response.headers, body)

    async def _write(
        self, method: str, path: str, body: object, key: str | None, token: str, options: Json
    ) -> Reply:
        headers = {"Idempotency-Key": key} if key else {}
        content = {} if body is None else {"json": body}
        return await self.send(method, path, token=token, headers=headers, **content, **options)

    def _services(self) -> Services:
        users = UserService(self.directory, self.people, self.gateway)
        tasks = TaskService(self.store, users, self.gateway)
        relays = RelayService(
            self.store,
            users,
            self.gateway,
            mode=RelayMode.DIRECT,
            window=timedelta(minutes=10),
        )
        return Services(tasks, relays, users, self.gateway)

    def _observe(self, operation: str, status: int, _: float) -> None:
        self.observed.append((operation, status))


NEW = {"title": "Renew the certificate", "assignedTo": "UBEN", "creator": "UANA"}
"""The body of a request for a task that Ana gives to Ben."""

__all__ = ["BOT", "NEW", "TOKENS", "ApiHarness", "Json", "Reply", "a_token"]
