"""Text as Slack sends it with a command, made plain again."""

import re
from typing import NamedTuple

from relai_core.domain.ids import SlackUserId

# Slack escapes every < and > that a person types, so text between < and > comes from Slack.
_MARKUP = re.compile(r"<([^<>]+)>([,:;]?)")
_MENTION = re.compile(r"@[UW][A-Z0-9]+")
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*://|mailto:|tel:)")


class CommandText(NamedTuple):
    """A typed text: its plain words, and the people mentioned, each once and in order."""

    words: tuple[str, ...]
    mentions: tuple[SlackUserId, ...]


def read_command_text(text: str) -> CommandText:
    """Take the mentions out, turn links and names of channels plain, and unescape, once.

    Markup that addresses many, such as `<!channel>`, stays as it is. The renderer escapes it, so it
    alerts no person.
    """
    mentions: dict[SlackUserId, None] = {}

    def plain(match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        if _MENTION.fullmatch(target):
            mentions[SlackUserId(target[1:])] = None
            return " "
        return _plain(match[1], target, label) + match[2]

    words = unescape(_MARKUP.sub(plain, text)).split()
    return CommandText(tuple(words), tuple(mentions))


def unescape(text: str) -> str:
    """Undo Slack's escaping of the three characters it escapes."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def shorten(text: str, limit: int = 60) -> str:
    """Cut a text that is quoted back to at most `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _plain(markup: str, target: str, label: str) -> str:
    if label and target.startswith("#"):
        return f"#{label}"
    if label and target.startswith("!subteam"):
        return label
    if not _LINK.match(target):
        return f"<{markup}>"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label:
        return address
    return label if label in target else f"{label} ({address})"
