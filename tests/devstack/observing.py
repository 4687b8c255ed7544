"""A stack seen from outside: its lines, its exit code, and which of its processes are left."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@contextmanager
def running(
    arguments: Sequence[str | Path], environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Our Python with these arguments; what it still runs at the end is killed."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as stack:
        try:
            yield stack
        finally:
            stack.kill()


def read_until(stack: subprocess.Popen[str], wanted: str) -> list[str]:
    """The lines up to the one that holds `wanted`."""
    assert stack.stdout is not None
    seen = []
    for line in stack.stdout:
        seen.append(line.rstrip())
        if wanted in line:
            return seen
    pytest.fail(f"{wanted!r} never came, but {seen}")


def rest_of(stack: subprocess.Popen[str]) -> str:
    """The lines up to its end."""
    output, _ = stack.communicate()
    return output


def is_gone(data: Path, name: str) -> bool:
    """Whether no process holds the child's lock."""
    with (data / f"{name}.pid").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
