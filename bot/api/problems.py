"""The answers to failed requests, in one shape (RFC 9457), each with a code for programs."""

import math
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.api.problem_codes import ProblemCode
from bot.services.durable_calls import UnconfirmedError
from relai_core.domain.decisions import ChangeRefusedError, RefusalReason
from relai_core.errors import (
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    UnavailableError,
)

CONTENT_TYPE = "application/problem+json"
_FIELDS = {"due": "estimatedHandoff", "note": "message"}
"""The API's names of fields that the services name differently."""
_WORDS = {
    "extra_forbidden": "There is no such field.",
    "string_pattern_mismatch": "The value does not match the pattern on the page /api.",
}
"""Texts for errors that pydantic's own text does not explain."""
_RETRY_AFTER = {"Retry-After": "2"}
"""A part that is down is often back within seconds."""

_log = structlog.get_logger(__name__)


class FieldError(BaseModel):
    """The error of one field or, if `field` is empty, of the whole input."""

    field: str
    detail: str


class ProblemDetails(BaseModel):
    """The body of every answer that is not a success."""

    type: str
    title: str
    status: int
    code: ProblemCode
    detail: str
    field: str | None = None
    errors: list[FieldError] | None = None


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """Ends a request with this answer."""

    def __init__(
        self,
        status: int,
        code: ProblemCode,
        detail: str,
        *,
        field: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})
        self.details = ProblemDetails(
            type=f"/api#{code}",
            title=HTTPStatus(status).phrase,
            status=status,
            code=code,
            detail=detail,
            field=field,
            errors=list(errors) or None,
        )

    def response(self) -> web.Response:
        return web.Response(
            status=self.status, text=self.body, content_type=CONTENT_TYPE, headers=self.headers
        )

    @property
    def body(self) -> str:
        return self.details.model_dump_json(exclude_none=True)


_REFUSED: Mapping[RefusalReason, tuple[int, str]] = {
    RefusalReason.TASK_CLOSED: (409, "The task is closed, so it can't be changed any more."),
    RefusalReason.NOT_THE_OWNER: (403, "Only the owner of the task may do this: {owner}."),
    RefusalReason.NOT_INVOLVED: (
        403,
        "Only the owner ({owner}) or the creator ({creator}) of the task may do this.",
    ),
    RefusalReason.NOT_THE_RECEIVER: (403, "Only the receiver of the hand-over may do this."),
    RefusalReason.NOT_THE_SENDER: (403, "Only the sender of the hand-over may do this."),
    RefusalReason.RELAY_OPEN: (
        409,
        "The task already has an open hand-over, which must end first.",
    ),
    RefusalReason.RELAY_ENDED: (409, "The hand-over has ended already."),
    RefusalReason.SAME_PERSON: (409, "The task is with this person already."),
    RefusalReason.UNREACHABLE: (409, "The receiver can't be given tasks any more."),
    RefusalReason.ALREADY_USED: (409, "The same request was made before for another task."),
}


def problem_of(error: Exception, is_write: bool = True) -> Problem:
    """The answer to an error. Unexpected errors are logged; the answer has the reference."""
    if isinstance(error, UnavailableError | UnconfirmedError | TimeoutError):
        return _unsaved(error) if is_write else _unreadable(error)
    match error:
        case Problem():
            return error
        case ChangeRefusedError():
            return _refused(error)
        case InvalidInputError():
            field = _FIELDS.get(error.field or "", error.field)
            return Problem(422, ProblemCode.INVALID, str(error), field=field)
        case NotFoundError():
            return Problem(404, ProblemCode.NOT_FOUND, str(error))
        case NotAllowedError():
            return Problem(403, ProblemCode.NOT_ALLOWED, str(error))
    return _unforeseen(error)


def problem_of_validation(error: ValidationError) -> Problem:
    """Name every wrong field, and never its value."""
    issues = error.errors(include_input=False, include_url=False, include_context=False)
    # Inputs are flat: `loc` begins with the field, and the rest is pydantic's own path.
    found = [(str(next(iter(issue["loc"]), "")), _WORDS.get(issue["type"])) for issue in issues]
    errors = [
        FieldError(field=field, detail=words or issue["msg"].removeprefix("Value error, "))
        for (field, words), issue in zip(found, issues, strict=True)
        if issue["type"] != "none_required"
    ]
    first = errors[0]
    where = f"{first.field}: " if first.field else ""
    return Problem(
        422,
        ProblemCode.INVALID,
        f"{where}{first.detail}",
        field=first.field or None,
        errors=errors,
    )


def problem_of_http(error: web.HTTPException) -> Problem:
    """Turn an error of aiohttp's into a problem."""
    match error:
        case web.HTTPNotFound():
            return Problem(404, ProblemCode.NOT_FOUND, "There is nothing at this address.")
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            return Problem(
                405,
                ProblemCode.METHOD_NOT_ALLOWED,
                f"This address takes {allowed}.",
                headers={"Allow": allowed},
            )
    return Problem(error.status, ProblemCode.MALFORMED, error.reason)


def _refused(error: ChangeRefusedError) -> Problem:
    status, detail = _REFUSED[error.reason]
    told = detail.format(owner=error.task.owner, creator=error.task.creator)
    return Problem(status, ProblemCode(error.reason), told)


def _unsaved(error: Exception) -> Problem:
    if not isinstance(error, UnavailableError):
        return _unconfirmed()
    return Problem(503, ProblemCode.UNAVAILABLE, str(error), headers=_retry_after(error))


def _unreadable(error: Exception) -> Problem:
    part = error.part if isinstance(error, UnavailableError) else "A part"
    detail = f"{part} did not answer in time. Send the request again in a moment."
    return Problem(503, ProblemCode.UNAVAILABLE, detail, headers=_retry_after(error))


def _retry_after(error: Exception) -> Mapping[str, str]:
    wait = error.retry_after if isinstance(error, UnavailableError) else None
    return {"Retry-After": str(math.ceil(wait.total_seconds()))} if wait else _RETRY_AFTER


def _unconfirmed() -> Problem:
    return Problem(
        503,
        ProblemCode.UNCONFIRMED,
        "RelAI could not confirm in time that this was saved. Send the request again with the "
        "same Idempotency-Key: it can't be done twice. If you sent no key, look first.",
        headers=_RETRY_AFTER,
    )


def _unforeseen(error: Exception) -> Problem:
    reference = secrets.token_hex(4)
    _log.error("api_request_failed", reference=reference, exc_info=error)
    return Problem(
        500,
        ProblemCode.INTERNAL_ERROR,
        "Something went wrong in RelAI, and it is not certain that nothing was saved. "
        f"If it happens again, tell your admin the reference {reference}.",
    )
