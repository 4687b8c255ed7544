"""The smallest pieces of Block Kit. Only this module escapes the text that people wrote.

Only this package makes markup (Slack's mrkdwn). A person's text enters the markup through `inline`,
`title_of`, `code` or `quote`. Each of these functions escapes the text once, so the text can
neither mention nor link.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from relai_core.blockkit.ids import ActionId
from relai_core.domain.ids import RelayId, SlackUserId, TaskId, TokenName
from relai_core.domain.task import Task

Block = dict[str, Any]
Element = dict[str, Any]

SECTION_LIMIT = 3000
"""Characters in a section, Slack's limit."""
TITLE_SHOWN = 1250
"""Characters of an escaped title: the longest there is, if every character is an `&`."""

_LINE_SHOWN = 2900
_TOKEN_SHOWN = 40
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
# These characters could end the isolation of a right-to-left title, or reverse the sentence.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CUT_ENTITY = re.compile(r"&[a-z]{0,3}$")


def escape(raw: str) -> str:
    """Make a text harmless in markup: the three characters Slack gives a meaning."""
    return raw.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(raw: str, limit: int) -> str:
    """Cut an unescaped text to `limit` characters, with an ellipsis as the last."""
    return raw if len(raw) <= limit else f"{raw[: limit - 1]}…"


def inline(raw: str, limit: int) -> str:
    """A person's text inside a sentence: on one line, escaped, at most `limit` characters.

    It is isolated from the direction of the text around it.
    """
    return f"{_ISOLATE}{_one_line(raw, limit - 2)}{_END_ISOLATE}"


def title_of(task: Task) -> str:
    """A task's name in a sentence: `T-42 *title*`."""
    return f"{task.key} *{inline(task.title or '(no title)', TITLE_SHOWN)}*"


def quote(raw: str, limit: int) -> list[Block]:
    """A person's longer text, at most `limit` characters of it, in as many sections as it takes."""
    escaped = escape(clip(_BIDI_CONTROLS.sub("", raw).strip(), limit))
    lines = [f"> {part}" for line in escaped.splitlines() for part in _parts(line)]
    return [section(text) for text in _packed(lines)]


def verbatim(raw: str) -> list[Block]:
    """A person's text exactly as typed, to be copied; Slack reads no markup in it."""
    starts = range(0, len(raw), SECTION_LIMIT)
    return [
        {"type": "section", "text": _plain(raw[start : start + SECTION_LIMIT])} for start in starts
    ]


def mention(user: SlackUserId) -> str:
    """A person, by a name that Slack keeps up to date."""
    return f"<@{user}>"


def person(user: SlackUserId, viewer: SlackUserId | None) -> str:
    """A mention, or `you` for the viewer."""
    return "you" if user == viewer else mention(user)


def through(via: TokenName | None) -> str:
    """The words after a person in whose name an API token acted; empty if the person acted."""
    return f" (through {token(via)})" if via else ""


def token(name: TokenName) -> str:
    """The name of an API token, as code."""
    return code(name, _TOKEN_SHOWN)


def code(raw: str, limit: int) -> str:
    """Any text as code: on one line, and without the characters that could end the code."""
    shown = _one_line(raw.replace("`", "'"), limit)
    return f"`{shown}`"


def due_text(moment: datetime) -> str:
    """A moment, which Slack shows in the reader's own zone. Where Slack can't, it shows UTC."""
    fallback = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def elapsed(span: timedelta) -> str:
    """About how long something took: `5 min`, `3 h`, `2 days`."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def section(markup: str, accessory: Element | None = None) -> Block:
    """A paragraph, with an element at its side."""
    # With verbatim Slack makes no links and mentions of its own out of people's text.
    block: Block = {"type": "section", "text": _markup(markup)}
    return block if accessory is None else {**block, "accessory": accessory}


def context(*markup: str) -> list[Block]:
    """Small print; no block at all if there is nothing to say."""
    elements = [_markup(part) for part in markup if part]
    return [{"type": "context", "elements": elements}] if elements else []


def actions(buttons: Sequence[Element]) -> list[Block]:
    """A row of buttons; no block at all if there is no button."""
    return [{"type": "actions", "elements": list(buttons)}] if buttons else []


def button(label: str, action_id: ActionId, value: TaskId | RelayId, style: str = "") -> Element:
    """A button. Its `value`, the id of a task or a relay, reaches the handler."""
    element: Element = {
        "type": "button",
        "text": _plain(label),
        "action_id": action_id.value,
        "value": value,
    }
    return {**element, "style": style} if style else element


def plain(text: str, limit: int) -> Element:
    """A plain text, such as an option or a label: shown as it is, so nothing is escaped."""
    return _plain(clip(" ".join(_BIDI_CONTROLS.sub("", text).split()), limit))


def _plain(text: str) -> Element:
    return {"type": "plain_text", "text": text, "emoji": False}


def _markup(markup: str) -> Element:
    return {"type": "mrkdwn", "text": markup, "verbatim": True}


def _one_line(raw: str, limit: int) -> str:
    escaped = escape(" ".join(_BIDI_CONTROLS.sub("", raw).split()))
    return escaped if len(escaped) <= limit else f"{_whole(escaped[: limit - 1])}…"


def _whole(escaped: str) -> str:
    return _CUT_ENTITY.sub("", escaped)


def _parts(line: str) -> Iterator[str]:
    while len(line) > _LINE_SHOWN:
        part = _whole(line[:_LINE_SHOWN])
        yield part
        line = line[len(part) :]
    yield line


def _packed(lines: Sequence[str]) -> Iterator[str]:
    """Join lines to texts that fit a section each."""
    text = ""
    for line in lines:
        if text and len(text) + 1 + len(line) > SECTION_LIMIT:
            yield text
            text = line
        else:
            text = f"{text}\n{line}" if text else line
    if text:
        yield text
