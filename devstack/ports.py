"""Loopback ports."""

import contextlib
import fcntl
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import cycle, islice
from pathlib import Path

from devstack.errors import DevstackError

LOOPBACK = "127.0.0.1"

# Linux hands out ports from 32768 on by itself, macOS from 49152 on.
NEVER_HANDED_OUT = range(20_000, 32_768)
_TOGETHER = 256
"""Ports that a process has to itself: ten times as many as a run of all parts needs."""


def free_port() -> int:
    """A free port that neither the system nor this module gives to another process.

    So the port is still free when its server starts, and after that server was killed. A port is
    given again only after many others, and only if no process listens on it.

    Raises:
        DevstackError: all ports are in use.
    """
    for port in islice(_own_ports(), _TOGETHER):
        with contextlib.suppress(OSError), _socket() as probe:
            probe.bind((LOOPBACK, port))
            return port
    raise DevstackError(f"All ports of this process, {_TOGETHER}, are in use.")


def require_free(port: int, *, of: str, setting: str) -> None:
    """Check that `port` can be listened on.

    Raises:
        DevstackError: it can't; the text names the port and the setting that chooses another.
    """
    with _socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise DevstackError(
                f"Port {port} of {of} is not free ({error.strerror}): stop what listens there, "
                f"or choose another port with {setting}."
            ) from error


@cache
def _own_ports() -> Iterator[int]:
    """Ports that this process alone gets from this module until it ends, over and over."""
    folder = Path(tempfile.gettempdir(), f"relai-ports-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    firsts = NEVER_HANDED_OUT[: -_TOGETHER + 1 : _TOGETHER]
    for first in secrets.SystemRandom().sample(firsts, len(firsts)):
        # Open until the process ends, and not in its children.
        claim = os.open(folder / str(first), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(claim)
        else:
            return cycle(range(first, first + _TOGETHER))
    raise DevstackError(f"{len(firsts)} processes have all ports that there are for servers.")


def _socket() -> socket.socket:
    probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A server may listen again while connections of its former life linger in TIME_WAIT.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return probe
