"""The same `Idempotency-Key` and body: the same answer, and one effect.

Nothing is locked. A request's id is made from its caller, its key and its body, and everything
that it causes is named by that id; so two bots that carry it out at once, or one after the other
has died, do it once. The first answer that is stored is the answer.
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
"""What the header `Idempotency-Status` says. `none`: there was no key, so a repeat acts again."""


class Once(NamedTuple):
    """An answer, and whether it was given before."""

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
        """Carry out `wish`, which spells out what is asked, unless its answer is known.

        `carry_out` is told whether the same was begun before, and may have been done: what spoke
        for it then may speak against it by now. What it raises is no answer: the same request may
        well succeed later.

        Raises:
            Problem: the key is malformed, or was used for something else.
            UnavailableError: MongoDB can't be asked; nothing was done.
            UnconfirmedError: it was done, but the answer could not be kept.
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
        """Write the request down; what stands under its key, and whether it stood there before."""
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
                "This Idempotency-Key was used for another request. Take a new one for each.",
                field="Idempotency-Key",
            )
        return claimed, claimed.claim != asked.claim
