"""Keyed requests: all callers see the first claim and the first answer."""

import asyncio
from datetime import timedelta

import pytest
from pymongo import MongoClient

from devstack.mongo_server import MongoServer
from relai_core.domain.keyed_request import KeyedRequest, StoredAnswer
from relai_core.store.connection import Document
from relai_core.store.database import Database
from tests.relai_core.builders import NOW


def a_request(fingerprint: str = "a") -> KeyedRequest:
    return KeyedRequest(id="request", fingerprint=fingerprint, claimed_at=NOW)


def an_answer(body: str = "{}") -> StoredAnswer:
    return StoredAnswer(status=201, body=body, location="/api/tasks/T-1")


async def test_a_first_claim_has_no_answer(database: Database) -> None:
    assert await database.keyed_requests.claim(a_request()) == a_request()


async def test_second_claim_sees_the_first_fingerprint(database: Database) -> None:
    await database.keyed_requests.claim(a_request("a"))

    assert (await database.keyed_requests.claim(a_request("b"))).fingerprint == "a"


async def test_concurrent_claims_agree_on_one(database: Database) -> None:
    claims = [database.keyed_requests.claim(a_request(str(number))) for number in range(20)]

    claimed = await asyncio.gather(*claims)

    assert len({claim.fingerprint for claim in claimed}) == 1


async def test_later_claim_sees_the_answer(database: Database) -> None:
    await database.keyed_requests.claim(a_request())
    await database.keyed_requests.record("request", an_answer())

    assert (await database.keyed_requests.claim(a_request())).answer == an_answer()


async def test_concurrent_answers_agree_on_one(database: Database) -> None:
    await database.keyed_requests.claim(a_request())
    answers = [an_answer(str(number)) for number in range(20)]

    kept = await asyncio.gather(
        *(database.keyed_requests.record("request", answer) for answer in answers)
    )

    assert len({answer.body for answer in kept}) == 1


async def test_answer_belongs_to_one_request(database: Database) -> None:
    another = a_request().model_copy(update={"id": "another"})
    await database.keyed_requests.claim(a_request())
    await database.keyed_requests.claim(another)
    await database.keyed_requests.record("request", an_answer())

    assert await database.keyed_requests.claim(another) == another


async def test_requests_expire_a_week_after_their_claim(
    mongo_server: MongoServer, database_name: str, database: Database
) -> None:
    """MongoDB expires documents once a minute, so only the index is checked."""
    await database.keyed_requests.claim(a_request())

    with MongoClient[Document](mongo_server.uri, tz_aware=True) as client:
        requests = client[database_name].api_requests
        [expiry] = [index for index in requests.list_indexes() if "expireAfterSeconds" in index]
        [stored] = requests.find()

    assert {field: stored[field] for field in expiry["key"]} == {"claimed_at": NOW}
    assert timedelta(seconds=expiry["expireAfterSeconds"]) == timedelta(days=7)


async def test_unclaimed_request_cannot_be_answered(database: Database) -> None:
    with pytest.raises(LookupError):
        await database.keyed_requests.record("request", an_answer())
