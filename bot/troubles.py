"""Why a request did not succeed, in words for the person who made it."""

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
    """The words, and the input they are about.

    Words of a rule, which `is_refusal` marks, are mrkdwn, and there is nothing to say again. All
    others are bare text, and what was typed is still needed.
    """

    text: str
    field: str | None = None
    is_refusal: bool = False

    def message(self, typed: str = "") -> Message:
        """The words in a conversation, with what was typed if that is worth sending again."""
        return refused(self.text) if self.is_refusal else not_saved(self.text, typed)

    def for_modal(self, viewer: SlackUserId) -> str:
        """The words where no mrkdwn is shown."""
        if not self.is_refusal:
            return self.text.replace("`", "")
        named = _MENTION.sub(
            lambda found: "you" if found[1] == viewer else "a colleague", self.text
        )
        return unescape(_WITH_FALLBACK.sub(r"\1", named)).replace("*", "").replace("`", "")


def trouble_of(error: Exception, viewer: SlackUserId) -> Trouble:
    """What to tell `viewer`. What nobody foresaw is in the log, under a reference they can name."""
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
