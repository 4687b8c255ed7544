"""API requests with an `Idempotency-Key` in MongoDB."""

from datetime import timedelta
from functools import partial

from pymongo import ReturnDocument

from relai_core.domain.keyed_request import KeyedRequest, StoredAnswer
from relai_core.store.connection import Connection
from relai_core.store.documents import from_document, to_document

KEPT_FOR = timedelta(days=7)
"""As long as the retention we ask of Temporal: until then a repeat starts no second workflow."""


class MongoKeyedRequestStore:
    """Fulfils `relai_core.ports.KeyedRequestStore`."""

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo
        self._requests = mongo.collection("api_requests")

    async def claim(self, request: KeyedRequest) -> KeyedRequest:
        with self._mongo.bounded():
            # Two first claims may collide on the insert.
            return await self._mongo.retried(partial(self._insert_if_absent, request))

    async def record(self, request_id: str, answer: StoredAnswer) -> StoredAnswer:
        with self._mongo.bounded():
            await self._requests.update_one(
                {"_id": request_id, "answer": None}, {"$set": {"answer": answer.model_dump()}}
            )
            document = await self._requests.find_one({"_id": request_id})
        if document is None:
            raise LookupError(f"request {request_id} was not claimed")
        return StoredAnswer.model_validate(document["answer"])

    async def _insert_if_absent(self, request: KeyedRequest) -> KeyedRequest:
        document = to_document(request)
        stored = await self._requests.find_one_and_update(
            {"_id": document.pop("_id")},
            {"$setOnInsert": document},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return from_document(KeyedRequest, stored)
