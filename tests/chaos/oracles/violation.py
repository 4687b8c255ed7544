"""What an oracle finds."""

from typing import Any, NamedTuple

PROMISES = ("one owner", "saved", "told once", "at the right time", "only who may")
"""The five promises, in their order."""


class Violation(NamedTuple):
    """One way in which a promise was not kept.

    Attributes:
        promise: one of `PROMISES`.
        what: the rule, in words; the same for every time it was broken.
        about: the id of the task, relay, notice or request.
        seen: what speaks for it.
    """

    promise: str
    what: str
    about: str
    seen: Any = None
