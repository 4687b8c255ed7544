"""Loopback ports."""

import socket

from devstack.errors import DevstackError

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with _socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


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
