"""The whole stack for one outage: each part once, on data of its own."""

from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from devstack.mongo_server import MongoServer
from devstack.ports import free_port
from devstack.processes import ChildProcess
from devstack.temporal_server import TemporalServer
from tests.chaos.stack import DATABASE
from tests.outages.plan import Outage, Part
from tests.scenarios.stack import RelaiStack


class OutageStack:
    """All parts by their names. Slack delivers by Socket Mode, which has to be built up again."""

    def __init__(self, folder: Path, outage: Outage) -> None:
        self.mongod = MongoServer(folder, port=free_port())
        self.temporal = TemporalServer(folder, port=free_port())
        settings = {
            # The witnesses of `tests.chaos` look there.
            "MONGODB_DATABASE": DATABASE,
            "RELAI_RELAY_WINDOW": f"PT{outage.window.total_seconds():g}S",
            "RELAI_LOG_FORMAT": "json",
            "RELAI_API_REQUESTS_PER_MINUTE": "6000",
        }
        self.relai = RelaiStack(folder, self.mongod, self.temporal, "socket", settings)
        self.parts: dict[Part, ChildProcess] = {
            "slack": self.relai.slack,
            "mongodb": self.mongod,
            "temporal": self.temporal,
            "worker": self.relai.worker,
            "bot": self.relai.bot,
        }
        self._running = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for part in (self.mongod, self.temporal, self.relai):
            await self._running.enter_async_context(part)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._running.aclose()
