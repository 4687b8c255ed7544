"""Checks an API request's token, rate and input, then runs the operation and answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from structlog.contextvars import bound_contextvars

from bot.api.operations import Answer, Call, In, Operation
from bot.api.problem_codes import ProblemCode
from bot.api.problems import (
    CONTENT_TYPE,
    Problem,
    problem_of,
    problem_of_http,
)
from bot.api.rate_limit import RateLimit
from bot.api.repeats import Repeats
from bot.api.requests import read_input
from relai_core.domain.api_token import ApiToken, find_api_token
from relai_core.domain.ids import RequestId, TeamId
from relai_core.domain.keyed_request import StoredAnswer

ANSWER_WITHIN = timedelta(seconds=2.6)
"""Time from the body's end to the answer: if a part is down, callers hear it within 3 seconds."""
WORK_WITHIN = timedelta(seconds=1.8)
"""Time for the operation alone; the rest of `ANSWER_WITHIN` is for storing its answer."""
_KEY = "Idempotency-Key"
_NOT_YET = (ProblemCode.NOT_FOUND, ProblemCode.UNKNOWN_PERSON)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="relai"'}
_HOW_TO_CONFIGURE = (
    "The API is off: no token is configured. Make one with `make token NAME=ci TEAM=T012AB3CD "
    "ACCESS=write`, set API_TOKENS to what it prints, and restart the bot."
)

Observe = Callable[[str, int, float], None]
"""Records a finished request: operation, status, seconds."""
_Route = Callable[[web.Request], Awaitable[web.Response]]

_log = structlog.get_logger(__name__)


class Gate:
    """Admits callers with a configured token, each to its own workspace.

    Before `open` is called, each request gets a 503 with `Retry-After`.
    """

    def __init__(
        self, tokens: Sequence[ApiToken], limit: RateLimit, repeats: Repeats, observe: Observe
    ) -> None:
        self._tokens = tokens
        self._limit = limit
        self._repeats = repeats
        self._observe = observe
        self._team_id: TeamId | None = None

    def open(self, team_id: TeamId) -> None:
        """Admit the callers of this bot's workspace."""
        self._team_id = team_id

    def routes(self, operations: Iterable[Operation[Any]]) -> list[web.RouteDef]:
        """A route for each operation."""
        return [
            web.route(operation.method, operation.path, self._handler(operation))
            for operation in operations
        ]

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse requests while no token is configured, and turn errors into problems."""
        try:
            self._require_configured()
            return await handler(request)
        except web.HTTPException as error:
            return problem_of_http(error).response()
        except Exception as error:  # noqa: BLE001 - a caller never sees a traceback
            return problem_of(error).response()

    def _require_configured(self) -> None:
        if not self._tokens:
            raise Problem(503, ProblemCode.NOT_CONFIGURED, _HOW_TO_CONFIGURE)

    def _handler(self, operation: Operation[In]) -> _Route:
        async def handle(request: web.Request) -> web.Response:
            started = time.monotonic()
            response = await self._answer(request, operation)
            self._observe(operation.id, response.status, time.monotonic() - started)
            return response

        return handle

    async def _answer(self, request: web.Request, operation: Operation[In]) -> web.Response:
        try:
            caller = self._admit(request, operation)
            given = await read_input(request, operation)
            with bound_contextvars(team=caller.team_id, via=caller.name, asks=operation.id):
                async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                    return await self._carry_out(request, operation, caller, given)
        except Exception as error:  # noqa: BLE001 - a caller never sees a traceback
            return _refusal(problem_of(error, operation.is_write), request, operation)

    def _admit(self, request: web.Request, operation: Operation[In]) -> ApiToken:
        """Return the caller's token, or raise the Problem that refuses it."""
        caller = find_api_token(self._tokens, _secret(request))
        if caller is None:
            detail = "Send a valid token: Authorization: Bearer TOKEN."
            raise Problem(401, ProblemCode.UNAUTHENTICATED, detail, headers=_CHALLENGE)
        if (wait := self._limit.take(caller.name)) is not None:
            seconds = max(1, round(wait.total_seconds() + 0.5))
            raise Problem(
                429,
                ProblemCode.RATE_LIMITED,
                f"Too many requests with this token. Try again in {seconds} s.",
                headers={"Retry-After": str(seconds)},
            )
        if self._team_id is None:
            detail = "The bot is starting. Nothing was done."
            raise Problem(503, ProblemCode.STARTING, detail, headers={"Retry-After": "2"})
        if caller.team_id != self._team_id:
            detail = "The token belongs to a workspace that this bot does not serve."
            raise Problem(403, ProblemCode.OTHER_WORKSPACE, detail)
        if operation.is_write and not caller.may_write:
            detail = "This token may only read, and this request writes."
            raise Problem(403, ProblemCode.READ_ONLY_TOKEN, detail)
        return caller

    async def _carry_out(
        self, request: web.Request, operation: Operation[In], caller: ApiToken, given: In
    ) -> web.Response:
        name = next(iter(request.match_info.values()), "")

        async def carry_out(request_id: RequestId, is_known: bool) -> StoredAnswer:
            call = Call(caller, given, name, request_id)
            try:
                async with asyncio.timeout(WORK_WITHIN.total_seconds()):
                    return _stored(await _carried_out(operation, call, is_known))
            except Exception as error:  # noqa: BLE001 - a refusal is an answer as well
                return _stored_problem(problem_of(error, operation.is_write))

        if not operation.is_write:
            return _response(await carry_out(RequestId(""), False))
        key = _key(request)
        # Defaults are left out, because only given fields count when comparing two requests.
        wish = f"{operation.method} {request.path} {given.model_dump_json(exclude_unset=True)}"
        answer, standing = await self._repeats.once(caller, key, wish, carry_out)
        _log.info("api_write", status=answer.status, repeat=standing)
        return _response(answer, {"Idempotency-Status": standing})


def _secret(request: web.Request) -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


async def _carried_out(operation: Operation[In], call: Call[In], is_known: bool) -> Answer:
    """The answer of an earlier try if it had its effect, or else of a new try."""
    if is_known and operation.recall is not None:
        recalled = await operation.recall(call)
        if recalled is not None:
            return recalled
    return await operation.carry_out(call)


def _key(request: web.Request) -> str | None:
    keys = request.headers.getall(_KEY, [])
    if len(keys) > 1:
        detail = "Idempotency-Key: given more than once."
        raise Problem(400, ProblemCode.MALFORMED, detail, field="Idempotency-Key")
    return keys[0] if keys else None


def _refusal(problem: Problem, request: web.Request, operation: Operation[In]) -> web.Response:
    if operation.is_write:
        problem.headers["Idempotency-Status"] = "new" if _KEY in request.headers else "none"
    return problem.response()


def _stored(answer: Answer) -> StoredAnswer:
    body = answer.content.model_dump_json()
    return StoredAnswer(status=answer.status, body=body, location=answer.location)


def _stored_problem(problem: Problem) -> StoredAnswer:
    """A refusal as an answer to store. Raise it instead if a later try may succeed."""
    if problem.status >= 500 or problem.details.code in _NOT_YET:
        raise problem
    return StoredAnswer(status=problem.status, body=problem.body)


def _response(answer: StoredAnswer, headers: Mapping[str, str] | None = None) -> web.Response:
    response = web.Response(
        status=answer.status,
        text=answer.body,
        content_type="application/json" if answer.status < 400 else CONTENT_TYPE,
        headers=headers,
    )
    if answer.location is not None:
        response.headers["Location"] = answer.location
    return response
