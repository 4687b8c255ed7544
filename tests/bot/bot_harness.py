"""A workspace in the Slack sandbox, and a bot whose services keep their data in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.background import Background
from bot.bolt import Dispatch, Handlers, create_bolt_app, dispatcher
from bot.forms import Forms
from bot.handlers.relays import RelayHandlers
from bot.handlers.tasks import TaskHandlers
from bot.handlers.users import UserHandlers
from bot.metrics.registry import Metrics
from bot.replies import ANSWER_WITHIN, Replies
from bot.server import Server, SlackRoute
from bot.services.relay_answer_service import RelayAnswerService
from bot.services.relay_service import RelayService
from bot.services.task_service import TaskService
from bot.services.user_service import UserService
from bot.socket_mode import SocketMode
from bot.whispers import Whispers
from devstack.slack_sandbox.options import Options
from devstack.slack_sandbox.sandbox import Sandbox
from devstack.slack_sandbox.server import running_sandbox
from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.domain.relay import RelayMode
from relai_core.domain.user import User
from tests.fakes import FakeDirectory, FakeGateway, FakeTaskStore, FakeUserStore

Json = dict[str, Any]
SECRET = Options().signing_secret
_DRAINED = timedelta(seconds=2)


class BotHarness:
    """The sandbox as people see it, and the parts of the bot.

    Attributes:
        dispatch: hands a payload to the bot, as both transports do.
    """

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession, within: timedelta) -> None:
        self._http = http
        self.url = sandbox.base_url
        self.client = AsyncWebClient(
            "xoxb-sandbox", base_url=f"{self.url}/api/", session=http, retry_handlers=[]
        )
        self.store = FakeTaskStore()
        self.people = FakeUserStore()
        self.directory = FakeDirectory()
        self.gateway = FakeGateway(self.store)
        self.metrics = Metrics()
        self.background = Background()
        self.whispers = Whispers(self.client, self.background)
        self.replies = Replies(self.whispers, within)
        app = create_bolt_app(self.client, _authorization(sandbox), self._handlers(), self.replies)
        team = TeamId(sandbox.workspace.installation.team_id)
        self.dispatch: Dispatch = dispatcher(app, team, self.metrics)

    async def id_of(self, name: str) -> SlackUserId:
        people = (await self.control("GET", "workspace"))["people"]
        return next(SlackUserId(person["id"]) for person in people if person["name"] == name)

    async def control(self, verb: str, path: str, **body: Any) -> Json:
        """Call the control API and require success."""
        address = f"{self.url}/control/{path}"
        async with self._http.request(verb, address, json=body or None) as response:
            answer: Json = await response.json()
            assert response.status == 200, answer
            return answer

    async def type(self, name: str, text: str, **more: Any) -> Json:
        """Type a command as a person; return its delivery."""
        return await self.control(
            "POST", "commands", user=await self.id_of(name), text=text, **more
        )

    async def reads(self, name: str) -> list[str]:
        """Return the texts of the bot's messages to a person, oldest first."""
        await self.background.drain(_DRAINED)
        seen = await self.control("GET", f"messages?user={await self.id_of(name)}")
        return [_words(message) for message in seen["messages"]]

    async def calls(self, method: str) -> list[Json]:
        """The Web API calls of one method so far."""
        return list((await self.control("GET", f"calls?method={method}"))["calls"])

    async def deliveries(self, kind: str) -> list[Json]:
        return list((await self.control("GET", f"deliveries?kind={kind}"))["deliveries"])

    async def fail(self, method: str, kind: str, **more: Any) -> None:
        """Make the next call of a method fail."""
        await self.control("POST", "faults", method=method, kind=kind, **more)

    @asynccontextmanager
    async def over_http(self) -> AsyncIterator[str]:
        """Deliver payloads over HTTP; yield the request URL."""
        route = SlackRoute(SECRET)
        route.open(self.dispatch)
        server = Server(route.routes())
        port = await server.start("127.0.0.1", 0)
        url = f"http://127.0.0.1:{port}/slack/events"
        try:
            await self.control("PUT", "request-url", url=url)
            yield url
        finally:
            await server.stop()

    @asynccontextmanager
    async def over_socket(
        self, ping_every: timedelta = timedelta(seconds=1)
    ) -> AsyncIterator[SocketMode]:
        """Deliver payloads over Socket Mode."""
        socket = SocketMode(self.client, "xapp-sandbox", self.dispatch, ping_every)
        socket.start()
        try:
            yield socket
        finally:
            await socket.stop(_DRAINED)

    def _handlers(self) -> list[Handlers]:
        users = UserService(self.directory, self.people, self.gateway)
        tasks = TaskService(self.store, users, self.gateway)
        relays = RelayService(
            self.store,
            users,
            self.gateway,
            mode=RelayMode.DIRECT,
            window=timedelta(minutes=10),
        )
        answers = RelayAnswerService(self.store, self.gateway)
        forms = Forms(self.client)
        return [
            TaskHandlers(tasks, users, forms, self.replies),
            RelayHandlers(relays, answers, users, forms, self.replies),
            UserHandlers(users, _read_user, self.replies),
        ]


@asynccontextmanager
async def a_bot_harness(
    within: timedelta = ANSWER_WITHIN, **options: Any
) -> AsyncIterator[BotHarness]:
    """Open a harness in a sandbox with these options."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(running_sandbox(Options(**options)))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        harness = BotHarness(sandbox, http, within)
        yield harness
        await harness.background.drain(_DRAINED)


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until the condition holds, at most until the test's time limit."""
    while not await condition():  # noqa: ASYNC110 - the condition is read over HTTP
        await asyncio.sleep(0.01)


def _authorization(sandbox: Sandbox) -> AuthorizeResult:
    installation = sandbox.workspace.installation
    return AuthorizeResult(
        enterprise_id=None,
        team_id=installation.team_id,
        bot_id=installation.bot_id,
        bot_user_id=installation.bot_user_id,
        bot_token="xoxb-sandbox",
    )


def _read_user(team_id: TeamId, payload: Any, seen_at: Any) -> User:
    return User(
        team_id=team_id,
        id=payload["id"],
        name=payload["name"],
        deleted=payload.get("deleted", False),
        refreshed_at=seen_at,
    )


def _words(message: Json) -> str:
    blocks = message.get("blocks") or []
    texts = [block["text"]["text"] for block in blocks if isinstance(block.get("text"), dict)]
    return "\n".join(texts) or str(message.get("text", ""))
