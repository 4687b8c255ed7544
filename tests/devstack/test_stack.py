"""The stack as a whole, with scratch children in place of the servers."""

import fcntl
import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.devstack.observing import is_gone, read_until, rest_of, running

SCRIPT = Path(__file__).with_name("scratch_stack.py")


def running_stack(data: Path, *children: str) -> AbstractContextManager[subprocess.Popen[str]]:
    return running([SCRIPT, data, *children], {})


def pid_of(data: Path, name: str) -> int:
    return int((data / f"{name}.pid").read_text())


def test_parts_start_one_after_the_other(tmp_path: Path) -> None:
    with running_stack(tmp_path, "one", "steady", "two", "steady") as stack:
        lines = read_until(stack, "all ready")

    assert [line.split(" in ")[0] for line in lines] == [
        "one: starting …",
        "one: ready",
        "two: starting …",
        "two: ready",
        "all ready",
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_and_leaves_no_process(
    tmp_path: Path, number: signal.Signals
) -> None:
    with running_stack(tmp_path, "one", "steady", "two", "steady") as stack:
        read_until(stack, "all ready")
        assert not is_gone(tmp_path, "one")

        stack.send_signal(number)

        rest_of(stack)
        assert stack.returncode == 0
    assert is_gone(tmp_path, "one")
    assert is_gone(tmp_path, "two")


def test_ctrl_c_during_the_start_leaves_no_process(tmp_path: Path) -> None:
    with running_stack(tmp_path, "one", "steady", "two", "never_ready") as stack:
        read_until(stack, "two: starting")

        stack.send_signal(signal.SIGINT)

        rest_of(stack)
        assert stack.returncode == 0
    assert is_gone(tmp_path, "one")
    assert not (tmp_path / "two.pid").exists() or is_gone(tmp_path, "two")


def test_second_ctrl_c_kills_a_stubborn_part(tmp_path: Path) -> None:
    with running_stack(tmp_path, "one", "stubborn") as stack:
        read_until(stack, "all ready")
        stack.send_signal(signal.SIGINT)
        read_until(stack, "stopping everything")

        stack.send_signal(signal.SIGINT)

        rest_of(stack)
        assert stack.returncode == 0
    assert is_gone(tmp_path, "one")


def test_ended_part_is_named_and_stops_the_stack(tmp_path: Path) -> None:
    with running_stack(tmp_path, "one", "steady", "two", "dies_when_told") as stack:
        read_until(stack, "all ready")

        os.kill(pid_of(tmp_path, "two"), signal.SIGUSR1)

        output = rest_of(stack)
        assert stack.returncode == 1
    log = tmp_path / "logs" / "two.log"
    assert f"two ended with exit code 1; its log is {log}\n    up\n    alas" in output
    assert is_gone(tmp_path, "one")


def test_part_that_dies_during_the_start_ends_it(tmp_path: Path) -> None:
    with running_stack(tmp_path, "one", "dies_when_told", "two", "never_ready") as stack:
        read_until(stack, "two: starting")

        os.kill(pid_of(tmp_path, "one"), signal.SIGUSR1)

        assert "one ended with exit code 1" in rest_of(stack)
        assert stack.returncode == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_killed_stack_leaves_no_part_running(tmp_path: Path) -> None:
    with running_stack(tmp_path, "one", "steady") as stack:
        read_until(stack, "all ready")

        stack.kill()

        with (tmp_path / "one.pid").open() as lock:
            fcntl.flock(
                lock, fcntl.LOCK_EX
            )  # returns once the child is gone, else the test times out


def test_a_second_stack_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with running_stack(tmp_path, "one", "steady") as first:
        read_until(first, "all ready")

        with running_stack(tmp_path, "one", "steady") as second:
            output = rest_of(second)

        assert f"one already runs on {tmp_path} (process {pid_of(tmp_path, 'one')})" in output
        assert second.returncode == 1
