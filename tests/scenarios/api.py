"""The REST API, as another system calls it."""

import asyncio
from http import HTTPStatus
from typing import Any, NamedTuple

import aiohttp
from multidict import CIMultiDictProxy

_TRIES = 8
_REST = 1.0
"""Seconds until a request is sent again."""


class Answer(NamedTuple):
    """An answer of the API; `json` is None if the answer has no body."""

    status: int
    headers: CIMultiDictProxy[str]
    json: Any


class Api:
    """Calls with one token.

    Args:
        session: Sends the requests.
        url: Address of the bot, as `stack.bot_url`; paths follow it, as `/api/tasks`.
        token: The secret, or None to call without one.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str | None) -> None:
        self._session = session
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token is not None else {}

    async def get(self, path: str, **query: str | int) -> Answer:
        """Ask."""
        return await self._call("GET", path, query)

    async def post(
        self, path: str, body: Any = None, key: str | None = None, **query: str | int
    ) -> Answer:
        """Send a body as JSON, with `key` as its `Idempotency-Key`."""
        return await self._call("POST", path, query, body, key)

    async def patch(
        self, path: str, body: Any = None, key: str | None = None, **query: str | int
    ) -> Answer:
        """Change something, as with `post`."""
        return await self._call("PATCH", path, query, body, key)

    async def _call(
        self,
        method: str,
        path: str,
        query: dict[str, str | int],
        body: Any = None,
        key: str | None = None,
    ) -> Answer:
        headers = self._headers | ({"Idempotency-Key": key} if key is not None else {})
        async with self._session.request(
            method, f"{self._url}{path}", params=query, json=body, headers=headers
        ) as answer:
            has_body = bool(await answer.read())
            return Answer(answer.status, answer.headers, await answer.json() if has_body else None)


class PatientApi(Api):
    """Calls that are made again, as their answer tells, while a part can't be reached.

    Nothing was saved then. A machine that is busy for a moment is reason enough.
    """

    async def _call(
        self,
        method: str,
        path: str,
        query: dict[str, str | int],
        body: Any = None,
        key: str | None = None,
    ) -> Answer:
        said: Any = None
        for _ in range(_TRIES):
            answer = await super()._call(method, path, query, body, key)
            if not _is_unavailable(answer):
                return answer
            said = answer.json
            await asyncio.sleep(_REST)
        raise AssertionError(f"{_TRIES} tries, and still: {said}")


def _is_unavailable(answer: Answer) -> bool:
    is_refused = answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    return is_refused and answer.json.get("code") == "unavailable"
