"""Keyed requests: whoever claims one or answers it first, all see the same."""

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


async def test_a_second_claim_sees_what_the_first_asked_for(database: Database) -> None:
    await database.keyed_requests.claim(a_request("a"))

    assert (await database.keyed_requests.claim(a_request("b"))).fingerprint == "a"


async def test_of_many_claims_at_once_one_is_the_first_for_all(database: Database) -> None:
    claims = [database.keyed_requests.claim(a_request(str(number))) for number in range(20)]

    claimed = await asyncio.gather(*claims)

    assert len({claim.fingerprint for claim in claimed}) == 1


async def test_the_answer_is_there_for_later_claims(database: Database) -> None:
    await database.keyed_requests.claim(a_request())
    await database.keyed_requests.record("request", an_answer())

    assert (await database.keyed_requests.claim(a_request())).answer == an_answer()


async def test_of_many_answers_at_once_one_is_the_answer_for_all(database: Database) -> None:
    await database.keyed_requests.claim(a_request())
    answers = [an_answer(str(number)) for number in range(20)]

    kept = await asyncio.gather(
        *(database.keyed_requests.record("request", answer) for answer in answers)
    )

    assert len({answer.body for answer in kept}) == 1


async def test_an_answer_is_only_for_the_request_it_was_given_to(database: Database) -> None:
    another = a_request().model_copy(update={"id": "another"})
    await database.keyed_requests.claim(a_request())
    await database.keyed_requests.claim(another)
    await database.keyed_requests.record("request", an_answer())

    assert await database.keyed_requests.claim(another) == another


async def test_the_server_is_told_to_forget_a_request_a_week_after_its_claim(
    mongo_server: MongoServer, database_name: str, database: Database
) -> None:
    """The server looks only once a minute: too long to wait for it here."""
    await database.keyed_requests.claim(a_request())

    with MongoClient[Document](mongo_server.uri, tz_aware=True) as client:
        requests = client[database_name].api_requests
        [expiry] = [index for index in requests.list_indexes() if "expireAfterSeconds" in index]
        [stored] = requests.find()

    assert {field: stored[field] for field in expiry["key"]} == {"claimed_at": NOW}
    assert timedelta(seconds=expiry["expireAfterSeconds"]) == timedelta(days=7)


async def test_nothing_is_answered_that_was_not_claimed(database: Database) -> None:
    with pytest.raises(LookupError):
        await database.keyed_requests.record("request", an_answer())
