"""Every request is answered or told: the outcomes of a workflow's requests.

A request is made durable first, by a start or a signal. Its caller then asks for the outcome for
about a second, and confirms the answer. If no confirmation comes in time, a notice tells the actor.
"""

import asyncio
from collections.abc import Callable, Set
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from relai_workflows.timers import wait_until

with workflow.unsafe.imports_passed_through():
    from relai_core.domain.ids import RequestId
    from relai_core.domain.notice import Notice
    from relai_core.domain.outcome import Outcome
    from relai_workflows.contracts import OutcomeAsked, OutcomeHeard, Unheard

HEARING_GRACE = timedelta(seconds=5)
"""Longer than Slack lets anyone wait for an answer, 3 seconds."""

KNOWN_KEPT = 100
"""Request ids carried on when a workflow continues as new."""


class Outcomes:
    """The outcomes of one workflow execution."""

    def __init__(self, tell: Callable[[Notice], None], earlier: tuple[RequestId, ...] = ()) -> None:
        self._tell = tell
        self._earlier = dict.fromkeys(earlier)
        self._expected: dict[RequestId, None] = {}
        self._outcomes: dict[RequestId, Outcome] = {}
        self._heard: set[RequestId] = set()
        self._grace: dict[RequestId, tuple[Unheard, asyncio.Task[None]]] = {}
        self._is_leaving = False

    def expect(self, request_id: RequestId) -> bool:
        """Take note of a request; False if it is a repeat."""
        if request_id in self._expected or request_id in self._earlier:
            return False
        self._expected[request_id] = None
        return True

    def known_but(self, pending: Set[RequestId]) -> tuple[RequestId, ...]:
        """The latest requests except `pending`: a late repeat of one must have no effect."""
        known = (*self._earlier, *self._expected)
        return tuple(each for each in known if each not in pending)[-KNOWN_KEPT:]

    def require_known(self, request_id: RequestId) -> None:
        """Validate a question: if the request belongs to another run, the answer never comes.

        Raises:
            ApplicationError: of type `UnknownRequest`.
        """
        if request_id not in self._expected:
            raise _unknown(request_id)

    async def ask(self, asked: OutcomeAsked) -> Outcome:
        """Wait for the outcome of a known request.

        Raises:
            ApplicationError: of type `UnknownRequest`: the next run will know it.
        """
        request_id = asked.request_id
        await workflow.wait_condition(lambda: request_id in self._outcomes or self._is_leaving)
        if request_id not in self._outcomes:
            raise _unknown(request_id)
        return self._outcomes[request_id]

    def leave(self) -> None:
        """Release all callers that wait: this run decides nothing further."""
        self._is_leaving = True

    def confirm(self, heard: OutcomeHeard) -> None:
        """Note that the caller has the outcome."""
        self._heard.add(heard.request_id)

    def record(self, outcome: Outcome, unheard: Notice | None) -> None:
        """Give the outcome to its caller; if no confirmation comes in time, send `unheard`."""
        self._outcomes[outcome.request_id] = outcome
        if unheard is not None:
            self.tell_unless_heard(Unheard(request_id=outcome.request_id, notice=unheard))

    def tell_unless_heard(self, unheard: Unheard) -> None:
        """Send the notice unless the outcome is confirmed within `HEARING_GRACE`."""
        self._grace[unheard.request_id] = (unheard, asyncio.create_task(self._tell_later(unheard)))

    @property
    def is_settled(self) -> bool:
        """True if every outcome was confirmed or handed to the outbox as a notice."""
        return not self.unheard

    @property
    def unheard(self) -> tuple[Unheard, ...]:
        """The outcomes that still wait for a confirmation."""
        return tuple(unheard for unheard, _ in self._grace.values())

    async def _tell_later(self, unheard: Unheard) -> None:
        await wait_until(
            lambda: unheard.request_id in self._heard,
            HEARING_GRACE,
            "tell the outcome unless it is confirmed",
        )
        if unheard.request_id not in self._heard:
            self._tell(unheard.notice)
        self._grace.pop(unheard.request_id, None)


def _unknown(request_id: RequestId) -> ApplicationError:
    return ApplicationError(f"request {request_id} is not known", type="UnknownRequest")
