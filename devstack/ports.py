"""Loopback ports."""

import contextlib
import secrets
import socket

from devstack.errors import DevstackError

LOOPBACK = "127.0.0.1"

# Linux hands out ports from 32768 on by itself, macOS from 49152 on.
NEVER_HANDED_OUT = range(20_000, 32_768)


def free_port() -> int:
    """A port that nobody listens on, and that the system gives to nobody who asks for any port.

    So it is still free when its server starts, and again after that server was killed.
    """
    while True:
        port = secrets.choice(NEVER_HANDED_OUT)
        with contextlib.suppress(OSError), _socket() as probe:
            probe.bind((LOOPBACK, port))
            return port


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


def _socket() -> socket.socket:
    probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A server may listen again while connections of its former life linger in TIME_WAIT.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return probe
