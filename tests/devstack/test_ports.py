"""Free ports for tests and servers."""

import socket
import subprocess
import sys

from devstack.ports import free_port, require_free


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port()

    require_free(port, of="anything", setting="ANY_PORT")


def test_free_port_is_below_the_ephemeral_range() -> None:
    with socket.create_server(("127.0.0.1", 0)) as handed_out:
        assert free_port() < 32_768 <= handed_out.getsockname()[1]


def test_another_process_gets_other_ports() -> None:
    """A server may start long after its port was chosen."""
    program = "from devstack.ports import free_port; print(*(free_port() for _ in range(100)))"
    mine = {free_port() for _ in range(100)}

    others = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert len(mine) == 100
    assert mine.isdisjoint(int(port) for port in others.stdout.split())
