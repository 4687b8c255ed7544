"""Temporal's dev server with a database file, for development and tests only."""

import shutil
import sysconfig
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from devstack.errors import DevstackError
from devstack.ports import LOOPBACK, free_port
from devstack.processes import ChildProcess

PORT_SETTING = "RELAI_DEV_TEMPORAL_PORT"
UI_PORT_SETTING = "RELAI_DEV_TEMPORAL_UI_PORT"
NAMESPACE = "default"

# The dev server's default is 24 hours. Then it forgets ids of closed workflows, and can't recognise
# repeats.
RETENTION = timedelta(days=30)

# The stock value hands work over in steps of 50 ms; this value halves the time to the first
# activity.
LOW_LATENCY = {"history.transferProcessorMaxPollRPS": "2000"}


def temporal_binary() -> Path:
    """The `temporal` program: beside this Python, else on PATH.

    Raises:
        DevstackError: there is no such program.
    """
    scripts = sysconfig.get_path("scripts")
    if found := shutil.which("temporal", path=scripts) or shutil.which("temporal"):
        return Path(found)
    raise DevstackError(
        "No `temporal` program was found: install the project with its dev extra (`make install`), "
        "or set TEMPORAL_HOST to a server that runs elsewhere."
    )


class TemporalServer(ChildProcess):
    """A Temporal server on loopback with its database in `DATA/temporal.sqlite3`.

    After `start` its namespace answers. Acknowledged work survives `kill`. A restarted server has
    it, on the same port.

    Args:
        data: Folder of the database and the log.
        port: Port of the service; 0 chooses a free port at the first start.
        ui_port: Port of the Web UI; 0 chooses a free port, None means no UI.
        dynamic_config: More settings of the server, JSON values by name.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int = 0,
        ui_port: int | None = None,
        dynamic_config: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__("temporal", [], data=data, ready=self._answers)
        self.port = port
        self._ui_port = ui_port
        self._database = data / "temporal.sqlite3"
        self._dynamic_config = LOW_LATENCY | dict(dynamic_config or {})

    @property
    def address(self) -> str:
        """The address for clients, host:port."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def ui_url(self) -> str | None:
        """Address of the Web UI, if there is one."""
        return f"http://{LOOPBACK}:{self._ui_port}" if self._ui_port else None

    async def start(self) -> None:
        self.port = self.port or free_port()
        self._ports = {PORT_SETTING: self.port}
        if self._ui_port is not None:
            self._ui_port = self._ui_port or free_port()
            self._ports |= {UI_PORT_SETTING: self._ui_port}
            self.pages = {"Temporal UI": f"http://{LOOPBACK}:{self._ui_port}/"}
        self._database.parent.mkdir(parents=True, exist_ok=True)
        self._command = [temporal_binary(), "server", "start-dev", *self._options()]
        await super().start()

    def _options(self) -> list[str]:
        page = ["--ui-port", str(self._ui_port)] if self._ui_port else ["--headless"]
        dynamic = [f"--dynamic-config-value={k}={v}" for k, v in self._dynamic_config.items()]
        return [
            *("--ip", LOOPBACK),
            *("--port", str(self.port)),
            *("--db-filename", str(self._database)),
            # Twice the rate of a file database, and acknowledged work still survives a kill.
            *("--sqlite-pragma", "journal_mode=wal"),
            *("--sqlite-pragma", "synchronous=normal"),
            *("--log-level", "error"),
            *page,
            *dynamic,
        ]

    async def _answers(self) -> bool:
        try:
            client = await Client.connect(self.address, namespace=NAMESPACE)
            await client.workflow_service.update_namespace(_longer_retention())
        except (RuntimeError, RPCError):  # not listening yet; listening without the namespace yet
            return False
        return True


def _longer_retention() -> UpdateNamespaceRequest:
    kept = Duration()
    kept.FromTimedelta(RETENTION)
    config = NamespaceConfig(workflow_execution_retention_ttl=kept)
    return UpdateNamespaceRequest(namespace=NAMESPACE, config=config)
