"""The embedded mongod: a real primary that keeps what it acknowledged."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from devstack.errors import DevstackError
from devstack.mongo_server import MongoServer, libcurl_from_wheel, mongod_binary


def connect(server: MongoServer) -> MongoClient[dict[str, Any]]:
    return MongoClient(server.uri, serverSelectionTimeoutMS=10_000)


async def test_it_is_a_writable_primary_once_started(tmp_path: Path) -> None:
    async with MongoServer(tmp_path) as server:
        with connect(server) as client:
            hello = client.admin.command("hello")

    assert hello["isWritablePrimary"]
    assert hello["setName"] == "rs0"


async def test_an_acknowledged_write_survives_a_kill(tmp_path: Path) -> None:
    async with MongoServer(tmp_path) as server:
        uri = server.uri
        with connect(server) as client:
            client.relai.tasks.insert_one({"_id": "T-1"})
        await server.kill()

        await server.start()

        with connect(server) as client:
            assert client.relai.tasks.find_one() == {"_id": "T-1"}
        assert server.uri == uri


async def test_its_data_can_move_to_another_port(tmp_path: Path) -> None:
    async with MongoServer(tmp_path) as server:
        with connect(server) as client:
            client.relai.tasks.insert_one({"_id": "T-1"})

    async with MongoServer(tmp_path) as moved:
        with connect(moved) as client:
            assert client.relai.tasks.find_one() == {"_id": "T-1"}


async def test_a_second_start_on_its_data_names_the_process_and_not_the_port(
    tmp_path: Path,
) -> None:
    async with MongoServer(tmp_path) as server:
        second = MongoServer(tmp_path, port=server.port)

        with pytest.raises(DevstackError, match=f"already runs .*process {server.pid}"):
            await second.start()


async def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(DevstackError, match=f"Port {port} .*RELAI_DEV_MONGODB_PORT"):
            await MongoServer(tmp_path, port=port).start()


def test_a_mongod_on_path_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "mongod"
    own.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert mongod_binary() == own


@pytest.mark.skipif(sys.platform != "linux", reason="the wheel with libcurl is for Linux")
def test_mongod_loads_the_libcurl_of_the_wheel(tmp_path: Path) -> None:
    environment = {"LD_LIBRARY_PATH": libcurl_from_wheel(tmp_path), "LD_TRACE_LOADED_OBJECTS": "1"}

    loaded = subprocess.check_output([mongod_binary()], env=environment, text=True)

    assert f"libcurl.so.4 => {tmp_path}/libcurl.so.4" in loaded
    assert "not found" not in loaded
