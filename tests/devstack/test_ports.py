"""Ports that tests and servers may count on."""

import socket

from devstack.ports import free_port, require_free


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port()

    require_free(port, of="anything", setting="ANY_PORT")


def test_a_free_port_is_none_that_the_system_hands_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as handed_out:
        assert free_port() < 32_768 <= handed_out.getsockname()[1]
