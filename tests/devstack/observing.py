"""Runs a stack as a process: its output, its exit code, and its remaining children."""

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
    """Run our Python with these arguments, and kill it at the end of the block."""
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
    """Return the lines up to the one that holds `wanted`."""
    assert stack.stdout is not None
    seen = []
    for line in stack.stdout:
        seen.append(line.rstrip())
        if wanted in line:
            return seen
    pytest.fail(f"{wanted!r} never came, but {seen}")


def rest_of(stack: subprocess.Popen[str]) -> str:
    """Wait for the end and return the remaining output."""
    output, _ = stack.communicate()
    return output


def is_gone(data: Path, name: str) -> bool:
    """True if no process holds the child's lock."""
    with (data / f"{name}.pid").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
