"""Gives a repeat with the same `Idempotency-Key` and body the first answer, with one effect.

There is no lock. A request's id is made from its caller, key and body, and all ids of its effects
are made from that id. So the effect happens once, even if two bots carry the request out at once,
or one after the other has crashed. Both give the answer that was stored first.
"""

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple

from bot.api.problem_codes import ProblemCode
from bot.api.problems import Problem
from bot.services.durable_calls import UnconfirmedError
from relai_core.clock import Clock, utc_now
from relai_core.domain.api_token import ApiToken
from relai_core.domain.ids import RequestId, request_id
from relai_core.domain.keyed_request import KeyedRequest, StoredAnswer
from relai_core.errors import UnavailableError
from relai_core.ports import KeyedRequestStore

KEY_PATTERN = r"^[!-~]{1,255}$"
Standing = Literal["none", "new", "replayed"]
"""Values of the header `Idempotency-Status`. `none` means that there was no key, so a repeat has a
second effect."""


class Once(NamedTuple):
    """An answer, and its value for `Idempotency-Status`."""

    answer: StoredAnswer
    standing: Standing


class Repeats:
    """Recognises repeats, in every bot and across restarts."""

    def __init__(self, store: KeyedRequestStore, now: Clock = utc_now) -> None:
        self._store = store
        self._now = now

    async def once(
        self,
        caller: ApiToken,
        key: str | None,
        wish: str,
        carry_out: Callable[[RequestId, bool], Awaitable[StoredAnswer]],
    ) -> Once:
        """Carry out a request unless its answer is stored. `wish` is the request in full.

        The second argument of `carry_out` is true if an earlier try may have had its effect; then
        look for that effect before checking the rules again. If `carry_out` raises, no answer is
        stored, because the same request may succeed later.

        Raises:
            Problem: the key is malformed, or was used for another request.
            UnavailableError: MongoDB can't be reached, so nothing was done.
            UnconfirmedError: the request was carried out, but its answer could not be stored.
        """
        if key is None:
            anew = request_id(caller.team_id, "api", secrets.token_hex())
            return Once(await carry_out(anew, False), "none")
        if not re.match(KEY_PATTERN, key):
            detail = "Idempotency-Key: 1 to 255 visible ASCII characters."
            raise Problem(400, ProblemCode.MALFORMED, detail, field="Idempotency-Key")
        claimed, is_known = await self._claim(caller, key, wish)
        if claimed.answer is not None:
            return Once(claimed.answer, "replayed")
        named = request_id(caller.team_id, "api", caller.name, key, claimed.fingerprint)
        answer = await carry_out(named, is_known)
        try:
            kept = await self._store.record(claimed.id, answer)
        except UnavailableError as error:
            raise UnconfirmedError from error
        return Once(kept, "new")

    async def _claim(self, caller: ApiToken, key: str, wish: str) -> tuple[KeyedRequest, bool]:
        """Store the request under its key; return the stored one, and True if it was there."""
        asked = KeyedRequest(
            id=request_id(caller.team_id, "api-key", caller.name, key),
            fingerprint=hashlib.sha256(wish.encode()).hexdigest(),
            claimed_at=self._now(),
            claim=secrets.token_hex(8),
        )
        claimed = await self._store.claim(asked)
        if claimed.fingerprint != asked.fingerprint:
            raise Problem(
                409,
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                "This Idempotency-Key was used for another request. Use a new key for each.",
                field="Idempotency-Key",
            )
        return claimed, claimed.claim != asked.claim
