"""A child process reports each failure in one sentence."""

import socket
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from devstack.errors import DevstackError
from devstack.processes import ChildProcess


async def never() -> bool:
    return False


async def at_once() -> bool:
    return True


def child(data: Path, program: str, **options: object) -> ChildProcess:
    command = [sys.executable, "-I", "-S", "-c", program]
    return ChildProcess("child", command, data=data, **{"ready": never, **options})  # type: ignore[arg-type]


async def test_a_child_that_dies_at_start_shows_its_last_lines(tmp_path: Path) -> None:
    broken = child(tmp_path, "import sys; sys.exit('the disk is on fire')")

    with pytest.raises(DevstackError, match=r"child ended with exit code 1.*\n.*disk is on fire"):
        await broken.start()


async def test_a_child_that_is_not_ready_in_time_is_stopped(tmp_path: Path) -> None:
    slow = child(
        tmp_path, "import signal; signal.pause()", ready_within=timedelta(milliseconds=200)
    )

    with pytest.raises(
        DevstackError, match=r"child was not ready within 0\.2 s; its log is .*child\.log"
    ):
        await slow.start()

    assert not slow.is_running


async def test_a_missing_library_names_the_package_to_install(tmp_path: Path) -> None:
    loader = "mongod: error while loading shared libraries: libssl.so.3: cannot open"
    unlinked = child(tmp_path, f"import sys; sys.exit({loader!r})")

    with pytest.raises(DevstackError, match=r"libssl\.so\.3.*apt-get install libssl3"):
        await unlinked.start()


async def test_a_port_in_use_names_the_port_and_the_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        late = child(tmp_path, "pass", ports={"RELAI_PORT": port})

        with pytest.raises(DevstackError, match=f"Port {port} of child .*RELAI_PORT"):
            await late.start()


async def test_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); "
    stubborn = child(
        tmp_path,
        deaf + "[signal.pause() for _ in iter(int, 1)]",
        ready=at_once,
        grace=timedelta(milliseconds=200),
    )
    await stubborn.start()

    await stubborn.stop()

    assert not stubborn.is_running


async def test_a_running_child_can_not_be_started_twice(tmp_path: Path) -> None:
    async with child(tmp_path, "import signal; signal.pause()", ready=at_once) as first:
        with pytest.raises(DevstackError, match=f"already runs .*process {first.pid}"):
            await first.start()

        assert first.is_running


async def test_log_of_the_previous_start_is_kept(tmp_path: Path) -> None:
    talker = child(tmp_path, "print('hello', flush=True); import signal; signal.pause()")
    talker._ready = lambda: _logged(talker)

    for _ in range(2):
        async with talker:
            pass

    assert (tmp_path / "logs" / "child.previous.log").read_text() == "hello\n"


async def _logged(talker: ChildProcess) -> bool:
    return "hello" in talker.log.read_text()


def test_the_pid_of_a_child_that_was_not_started_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DevstackError, match="not started"):
        _ = child(tmp_path, "pass").pid
