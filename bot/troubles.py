"""Error texts for the person whose request failed."""

import re
import secrets
from html import unescape
from typing import NamedTuple

import structlog

from relai_core.blockkit.answers import not_saved, refusal_text, refused
from relai_core.domain.decisions import ChangeRefusedError
from relai_core.domain.ids import SlackUserId
from relai_core.errors import InvalidInputError, RelaiError
from relai_core.ports import Message

_TOO_SLOW = (
    "RelAI could not answer in time. It may or may not have been saved: "
    "look at `/task list` before you try again."
)
_FAILED = (
    "Something went wrong in RelAI, and it is not certain that this was saved: look at "
    "`/task list` before you try again. If it happens again, tell your admin the reference {}."
)
_MENTION = re.compile(r"<@([A-Z0-9]+)>")
_WITH_FALLBACK = re.compile(r"<[^<>|]*\|([^<>]*)>")

_log = structlog.get_logger(__name__)


class Trouble(NamedTuple):
    """An error text, and the input that it is about.

    If a rule refused the request, `is_refusal` is set: the text is mrkdwn, and trying again does
    not help. Any other text is plain, and the person may want to send the typed line again.
    """

    text: str
    field: str | None = None
    is_refusal: bool = False

    def message(self, typed: str = "") -> Message:
        """The text as a message; unless a rule refused the request, with the typed line."""
        return refused(self.text) if self.is_refusal else not_saved(self.text, typed)

    def for_modal(self, viewer: SlackUserId) -> str:
        """The text for a modal, whose errors show no mrkdwn."""
        if not self.is_refusal:
            return self.text.replace("`", "")
        named = _MENTION.sub(
            lambda found: "you" if found[1] == viewer else "a colleague", self.text
        )
        return unescape(_WITH_FALLBACK.sub(r"\1", named)).replace("*", "").replace("`", "")


def trouble_of(error: Exception, viewer: SlackUserId) -> Trouble:
    """The error text for `viewer`. Unexpected errors are logged; the text has the reference."""
    match error:
        case ChangeRefusedError():
            text = refusal_text(error.reason, error.task, error.relay, viewer)
            return Trouble(text, is_refusal=True)
        case InvalidInputError():
            return Trouble(str(error), error.field)
        case RelaiError():
            return Trouble(str(error))
        case TimeoutError():
            _log.warning("answer_too_slow")
            return Trouble(_TOO_SLOW)
    reference = secrets.token_hex(4)
    _log.error("request_failed", reference=reference, exc_info=error)
    return Trouble(_FAILED.format(reference))
