"""The record of an API request that carries an `Idempotency-Key`."""

from datetime import datetime

from relai_core.domain.model import Model


class StoredAnswer(Model):
    """The answer that every repeat of a request gets: `body` is JSON text."""

    status: int
    body: str
    location: str | None = None


class KeyedRequest(Model):
    """A request under its key. `fingerprint` tells another request with the same key apart.

    `id` is made from the caller and the key; `claim` is the first try's own. Without an `answer`
    the request is under way, or its bot died. A second run is safe, because its effects have the
    same ids.
    """

    id: str
    fingerprint: str
    claimed_at: datetime
    claim: str = ""
    answer: StoredAnswer | None = None
