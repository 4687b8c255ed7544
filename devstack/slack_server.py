"""The Slack sandbox as a process, and the settings for an app that talks to it."""

import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from devstack.errors import DevstackError
from devstack.ports import LOOPBACK, free_port
from devstack.probes import PATIENCE, answers
from devstack.processes import ChildProcess
from devstack.settings import ROOT

PORT_SETTING = "RELAI_SANDBOX_PORT"

# The sandbox's default tokens and secret. They are only valid in the sandbox.
CREDENTIALS = {
    "SLACK_BOT_TOKEN": "xoxb-sandbox",
    "SLACK_APP_TOKEN": "xapp-sandbox",
    "SLACK_SIGNING_SECRET": "sandbox-signing-secret",
}

# The Slack SDK sends even calls to 127.0.0.1 through these, and ignores NO_PROXY.
PROXY_VARIABLES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"})


class SlackServer(ChildProcess):
    """The Slack sandbox on loopback with its workspace in `DATA/slack_sandbox.sqlite3`.

    Args:
        data: Folder of the workspace and the log.
        port: 0 chooses a free port.
        request_url: Deliver signed HTTP requests there, instead of by Socket Mode.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int = 0,
        request_url: str | None = None,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://{LOOPBACK}:{self.port}/"
        self.pages = {"Slack sandbox": self.url}
        self._request_url = request_url
        self._team_id: str | None = None
        delivery = ["--request-url", request_url] if request_url else []
        super().__init__(
            "slack_sandbox",
            [
                *(sys.executable, "-m", "devstack.slack_sandbox"),
                *("--port", str(self.port)),
                *("--data", str(data / "slack_sandbox.sqlite3")),
                *delivery,
            ],
            data=data,
            ready=answers(f"{self.url}control/health"),
            ports={PORT_SETTING: self.port},
            cwd=ROOT,
        )

    async def team_id(self) -> str:
        """The id of the workspace, chosen when the workspace was new. It is asked for once.

        Raises:
            DevstackError: the sandbox, which must be running, does not answer.
        """
        self._team_id = self._team_id or await self._asked_team_id()
        return self._team_id

    async def _asked_team_id(self) -> str:
        address = f"{self.url}control/workspace"
        try:
            async with (
                aiohttp.ClientSession(timeout=PATIENCE, raise_for_status=True) as http,
                http.get(address) as answer,
            ):
                return str((await answer.json())["team"]["id"])
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DevstackError(
                f"{self.name} does not tell which workspace it is; its log is {self.log}"
            ) from error

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base`, changed so the Slack app started with it talks to this sandbox."""
        kept = {name: value for name, value in base.items() if name not in PROXY_VARIABLES}
        app_token = "" if self._request_url else CREDENTIALS["SLACK_APP_TOKEN"]
        chosen = {"SLACK_APP_TOKEN": app_token, "SLACK_API_URL": f"{self.url}api/"}
        return kept | CREDENTIALS | chosen
