"""The servers under a stack, for fixtures that outlive the loop of a test."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer

Servers = tuple[MongoServer, TemporalServer]


@contextmanager
def running(mongod: MongoServer, temporal: TemporalServer) -> Iterator[Servers]:
    """Start both, and stop them in the end, or if one of them does not start."""
    try:
        asyncio.run(_start(mongod, temporal))
        yield mongod, temporal
    finally:
        asyncio.run(_stop(temporal, mongod))


async def _start(mongod: MongoServer, temporal: TemporalServer) -> None:
    await asyncio.gather(mongod.start(), temporal.start())


async def _stop(temporal: TemporalServer, mongod: MongoServer) -> None:
    await asyncio.gather(temporal.stop(), mongod.stop())
