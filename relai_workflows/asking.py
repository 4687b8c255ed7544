"""The notices that ask the receiver of a relay for an answer, and their results."""

from temporalio import workflow

from relai_workflows.outbox import Outbox

with workflow.unsafe.imports_passed_through():
    from relai_core.domain.notice import Notice


class Asking:
    """The offer and the nudge of one hand-over."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._asked: list[Notice] = []

    def ask(self, notice: Notice) -> None:
        """Send it in its turn."""
        self._asked.append(notice)
        self._outbox.put(notice)

    @property
    def is_done(self) -> bool:
        """True if the result of the offer is known. The receiver can't answer before."""
        return bool(self._asked) and self._outbox.result(self._asked[0].key) is not None

    @property
    def obstacle(self) -> str | None:
        """The reason why a notice did not reach the receiver, or None."""
        results = [self._outbox.result(notice.key) for notice in self._asked]
        return next((each.reason for each in results if each and each.is_undelivered), None)
