"""Every request is answered or told: the outcomes of a workflow's requests, and who heard them.

A request is made durable first, by a start or a signal. Whoever made it then asks for the outcome
for a second or so. An outcome that nobody heard in time is told to the actor by a notice.
"""

import asyncio
from collections.abc import Callable, Set
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

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
        self._asked_until: dict[RequestId, datetime] = {}
        self._heard: set[RequestId] = set()
        self._grace: dict[RequestId, tuple[Unheard, asyncio.Task[None]]] = {}
        self._is_leaving = False

    def expect(self, request_id: RequestId) -> bool:
        """Take note of a request; False if it is a repeat of one that is known."""
        if request_id in self._expected or request_id in self._earlier:
            return False
        self._expected[request_id] = None
        return True

    def known_but(self, pending: Set[RequestId]) -> tuple[RequestId, ...]:
        """The latest requests but these: a late repeat of one must stay without effect."""
        known = (*self._earlier, *self._expected)
        return tuple(each for each in known if each not in pending)[-KNOWN_KEPT:]

    def require_known(self, request_id: RequestId) -> None:
        """Validate a question: one about a request of another run would wait for ever.

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
        if not asked.confirms:
            self._asked_until[request_id] = asked.until
        await workflow.wait_condition(lambda: request_id in self._outcomes or self._is_leaving)
        if request_id not in self._outcomes:
            raise _unknown(request_id)
        return self._outcomes[request_id]

    def leave(self) -> None:
        """Keep nobody waiting any more: this run decides nothing further."""
        self._is_leaving = True

    def confirm(self, heard: OutcomeHeard) -> None:
        """The outcome got through; what is on the way may still be lost."""
        self._heard.add(heard.request_id)

    def record(self, outcome: Outcome, unheard: Notice | None) -> None:
        """Give the outcome to whoever asks; if nobody does in time, send `unheard`."""
        self._outcomes[outcome.request_id] = outcome
        if unheard is not None and not self._is_heard(outcome.request_id):
            self.tell_unless_heard(Unheard(request_id=outcome.request_id, notice=unheard))

    def tell_unless_heard(self, unheard: Unheard) -> None:
        """Send the notice unless the outcome is heard within `HEARING_GRACE` from now."""
        self._grace[unheard.request_id] = (unheard, asyncio.create_task(self._tell_later(unheard)))

    @property
    def is_settled(self) -> bool:
        """Whether every outcome so far was heard or is on its way as a notice."""
        return not self.unheard

    @property
    def unheard(self) -> tuple[Unheard, ...]:
        """The outcomes that nobody has heard, and of which nobody is told yet."""
        return tuple(unheard for unheard, _ in self._grace.values())

    def _is_heard(self, request_id: RequestId) -> bool:
        until = self._asked_until.get(request_id)
        in_time = until is not None and workflow.now() <= until
        return in_time or request_id in self._heard

    async def _tell_later(self, unheard: Unheard) -> None:
        try:
            await workflow.wait_condition(
                lambda: self._is_heard(unheard.request_id),
                timeout=HEARING_GRACE,
                timeout_summary="tell the outcome unless someone asks",
            )
        except TimeoutError:
            self._tell(unheard.notice)
        self._grace.pop(unheard.request_id, None)


def _unknown(request_id: RequestId) -> ApplicationError:
    return ApplicationError(f"request {request_id} is not known", type="UnknownRequest")
