"""Calls to Temporal that are safe to repeat, and errors for calls without an answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TypeVar

import structlog
from temporalio.service import RPCError, RPCStatusCode

from relai_core.errors import RelaiError, UnavailableError
from relai_core.temporal_errors import reason

DURABLE_WITHIN = timedelta(milliseconds=900)
"""Time for a call and its retries. With the lookup of a person before and `OUTCOME_WITHIN` after,
the sum stays below the time for an answer."""
_TRIES_BEGIN_WITHIN = timedelta(milliseconds=600)
"""No try begins later: `DURABLE_WITHIN` could cut it off, and its effect would be unknown."""
_PAUSE = timedelta(milliseconds=100)
_TRANSIENT = frozenset(
    {
        RPCStatusCode.ABORTED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.UNKNOWN,
    }
)
_NO_NAMESPACE = "NamespaceNotFoundFailure"
# The SDK has no error class for a call that was never sent, so we compare the text.
_NEVER_CONNECTED = "Failed client connect"
_REFUSED = "tcp connect error"

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class UnconfirmedError(RelaiError):
    """Temporal did not answer in time, so the request may or may not be saved."""

    def __init__(self) -> None:
        super().__init__(
            "RelAI could not confirm in time that this was saved. "
            "Look at `/task list` before you try again."
        )


class WorkflowEndedError(Exception):
    """The workflow has ended, or never ran. The store has the state of its task or relay."""


@contextmanager
def ended_if_not_found(workflow_id: str) -> Iterator[None]:
    """Translate the error of a call to a workflow that has ended.

    Raises:
        WorkflowEndedError: no workflow with this id is running.
    """
    try:
        yield
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise WorkflowEndedError(workflow_id) from error


async def confirmed(call: Callable[[], Awaitable[_T]]) -> _T:
    """Make a repeatable call until it is confirmed, for at most `DURABLE_WITHIN`.

    Raises:
        RPCError: Temporal has no such workflow.
        UnavailableError: no try left this process, or Temporal refused the call with an error
            that does not pass, so nothing was done.
        UnconfirmedError: a try may have reached Temporal.
    """
    may_be_done = False
    failure: RPCError | RuntimeError | None = None
    began = time.monotonic()
    with suppress(TimeoutError):
        async with asyncio.timeout(DURABLE_WITHIN.total_seconds()):
            while time.monotonic() - began < _TRIES_BEGIN_WITHIN.total_seconds():
                by_earlier_try, may_be_done = may_be_done, True
                try:
                    return await call()
                except (RPCError, RuntimeError) as error:
                    _require_transient(error, by_earlier_try)
                    may_be_done = by_earlier_try or not _was_never_sent(error)
                    failure = error
                await asyncio.sleep(_PAUSE.total_seconds())
    _log.warning("temporal_not_confirmed", may_be_done=may_be_done, cause=str(failure))
    raise (UnconfirmedError() if may_be_done else _unavailable(failure)) from failure


def _require_transient(error: RPCError | RuntimeError, may_be_done: bool) -> None:
    """Raise the error unless a retry may succeed."""
    if isinstance(error, RuntimeError):
        if not str(error).startswith(_NEVER_CONNECTED):
            raise error
    elif _is_unknown_workflow(error):
        raise error
    elif error.status not in _TRANSIENT:
        _log.error("temporal_refused", status=error.status.name, cause=str(error))
        raise (UnconfirmedError() if may_be_done else _unavailable(error)) from error


def _unavailable(failure: RPCError | RuntimeError | None) -> UnavailableError:
    return UnavailableError("Temporal", reason=reason(failure) if failure else None)


def _is_unknown_workflow(error: RPCError) -> bool:
    """True if the workflow is missing; False for other errors, such as a missing namespace."""
    details = error.grpc_status.details
    no_namespace = any(detail.type_url.endswith(_NO_NAMESPACE) for detail in details)
    return error.status is RPCStatusCode.NOT_FOUND and not no_namespace


def _was_never_sent(error: RPCError | RuntimeError) -> bool:
    text = str(error)
    return text.startswith(_NEVER_CONNECTED) or _REFUSED in text
