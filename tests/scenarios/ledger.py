"""The ledger of notices, read behind the product's back."""

import asyncio

from pymongo import MongoClient

from tests.scenarios.people import Json, Person
from tests.scenarios.stack import RelaiStack


async def attempted_notices(relai: RelaiStack, recipient: Person) -> list[str]:
    """The states of all notices to a person that the worker has begun to send."""
    return await asyncio.to_thread(_read, relai.mongod.uri, relai.database, recipient.id)


def _read(uri: str, database: str, recipient: str) -> list[str]:
    theirs = {"notice.recipient": recipient, "last_attempt_at": {"$ne": None}}
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        rows: list[Json] = list(client[database]["notices"].find(theirs, {"state": 1}))
    return [row["state"] for row in rows]
