"""The parts of a run by their names, and the connections between them."""

from typing import Literal

Transport = Literal["socket", "http"]
"""How Slack delivers."""

BOTS = ("bot", "second_bot")
WORKERS = ("worker", "second_worker")
SERVERS = ("mongod", "temporal", "slack")
PARTS = (*BOTS, *WORKERS, *SERVERS)


def link_name(client: str, server: str) -> str:
    """What the connection between two parts is called."""
    return f"{client}→{server}"


LINKS = tuple(link_name(client, server) for client in (*BOTS, *WORKERS) for server in SERVERS)
BALANCER = link_name("slack", "bots")
"""Over HTTP Slack knows one address, behind which either bot answers."""
