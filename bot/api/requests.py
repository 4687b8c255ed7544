"""Reads a request's input within limits, and parses it as the operation's model."""

import asyncio
from datetime import timedelta

from aiohttp import web
from pydantic import ValidationError

from bot.api.operations import In, Operation
from bot.api.problem_codes import ProblemCode
from bot.api.problems import Problem, problem_of_validation

LARGEST_BODY = 64 * 1024
"""Bytes: several times the longest texts in any encoding."""
READ_WITHIN = timedelta(seconds=10)
"""Time limit for a body to arrive."""


async def read_input(request: web.Request, operation: Operation[In]) -> In:
    """Parse the query of a GET, or the JSON body of a write.

    Raises:
        Problem: the input is too long, too slow, no JSON, or does not fit the model.
    """
    try:
        if not operation.is_write:
            return operation.takes.model_validate(_query(request))
        return operation.takes.model_validate_json(await _body(request))
    except ValidationError as error:
        if any(issue["type"] == "json_invalid" for issue in error.errors(include_input=False)):
            raise Problem(400, ProblemCode.MALFORMED, "The body is not valid JSON.") from None
        raise problem_of_validation(error) from None


def _query(request: web.Request) -> dict[str, str]:
    for name in request.query:
        if len(request.query.getall(name)) > 1:
            raise Problem(422, ProblemCode.INVALID, f"{name}: given more than once.", field=name)
    return dict(request.query)


async def _body(request: web.Request) -> bytes:
    if not request.can_read_body:
        return b"{}"
    is_coded = request.headers.get("Content-Encoding", "identity") != "identity"
    if request.content_type != "application/json" or is_coded:
        raise Problem(
            415,
            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
            "Send the body as plain JSON, with Content-Type: application/json.",
            headers={"Accept": "application/json"},
        )
    try:
        async with asyncio.timeout(READ_WITHIN.total_seconds()):
            return await request.clone(client_max_size=LARGEST_BODY).read()
    except web.HTTPRequestEntityTooLarge:
        detail = f"A body has at most {LARGEST_BODY} bytes."
        raise Problem(413, ProblemCode.BODY_TOO_LARGE, detail) from None
    except (ConnectionError, web.RequestPayloadError):
        raise Problem(400, ProblemCode.MALFORMED, "The body was cut off.") from None
    except TimeoutError:
        detail = "The body did not arrive within 10 seconds. Nothing was done."
        raise Problem(408, ProblemCode.TOO_SLOW, detail) from None
