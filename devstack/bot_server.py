"""The bot as a process."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.api_tokens import ApiToken
from devstack.ports import LOOPBACK, free_port
from devstack.probes import answers
from devstack.processes import ChildProcess
from devstack.settings import ROOT
from devstack.slack_server import SlackServer

PORT_SETTING = "RELAI_PORT"


class BotServer(ChildProcess):
    """The bot on loopback.

    Args:
        data: Folder of its log.
        env: Its environment, with the addresses of the other parts, read at each start.
        port: 0 chooses a free port.
        sandbox: The sandbox it talks to, if any.
        api_tokens: Tokens of its API, for the sandbox's workspace.
        name: Names it, so several may run.
    """

    def __init__(
        self,
        data: Path,
        env: Mapping[str, str],
        *,
        port: int = 0,
        sandbox: SlackServer | None = None,
        api_tokens: Sequence[ApiToken] = (),
        name: str = "bot",
    ) -> None:
        port = port or free_port()
        self.url = f"http://{LOOPBACK}:{port}/"
        self.pages = {"Bot's health": f"{self.url}health", "API": f"{self.url}api"}
        self._told = env
        self._chosen = {PORT_SETTING: str(port)}
        self._sandbox = sandbox
        self._api_tokens = api_tokens
        super().__init__(
            name,
            [sys.executable, "app.py"],
            data=data,
            ready=answers(f"{self.url}health"),
            ports={PORT_SETTING: port},
            env={**env, **self._chosen},
            cwd=ROOT,
        )

    async def start(self) -> None:
        self._env = await self._environment()
        await super().start()

    async def _environment(self) -> Mapping[str, str]:
        told = {**self._told, **self._chosen}
        if self._sandbox is None or not self._api_tokens:
            return told
        team_id = await self._sandbox.team_id()
        entries = (token.entry(team_id) for token in self._api_tokens)
        return {**told, "API_TOKENS": ",".join(entries)}
