"""Escapes the text after a slash command as Slack does (`should_escape: true`)."""

import html
import re
from collections.abc import Callable

from devstack.slack_sandbox.errors import malformed
from devstack.slack_sandbox.workspace import Workspace

_COMMAND = re.compile(r"(/\S+)\s*(.*)", re.DOTALL)
_BROADCASTS = {"here", "channel", "everyone"}
_TOKEN = re.compile(
    r"(?P<done><[@#][A-Z0-9]+(?:\|[^<>]*)?>)"
    r"|(?P<link>https?://[^\s<>|]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w@#&])@(?P<person>[\w.-]+)"
    r"|(?<![\w@#&])#(?P<channel>[\w-]+)"
)


def split_command(typed: str) -> tuple[str, str]:
    """Split `/task new Buy milk` into the command and its text.

    Raises:
        ControlError: the text is no slash command.
    """
    found = _COMMAND.fullmatch(typed.strip())
    if found is None:
        raise malformed("a slash command starts with a slash and a word, as in /task list")
    return found[1], found[2]


def escaped(text: str, workspace: Workspace) -> str:
    """Turn handles, channels and addresses into Slack's `<…>` forms, and escape the rest."""
    parts: list[str] = []
    end = 0
    for token in _TOKEN.finditer(text):
        parts += [_escape(text[end : token.start()]), _converted(token, workspace)]
        end = token.end()
    return "".join([*parts, _escape(text[end:])])


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


def _converted(token: re.Match[str], workspace: Workspace) -> str:
    convert: dict[str, Callable[[str, Workspace], str]] = {
        "done": lambda mention, _: mention,
        "link": lambda link, _: f"<{_escape(link)}>",
        "mail": lambda mail, _: f"<mailto:{mail}|{mail}>",
        "person": _person,
        "channel": _channel,
    }
    kind = token.lastgroup or ""
    return convert[kind](token[kind], workspace)


def _person(handle: str, workspace: Workspace) -> str:
    """Mention the person with exactly this handle, without a full stop after it."""
    for name in dict.fromkeys([handle, handle.rstrip(".-_")]):
        rest = handle[len(name) :]
        if name in _BROADCASTS:
            return f"<!{name}>{rest}"
        if person := workspace.people.find_by_name(name):
            return f"<@{person.id}|{person.name}>{rest}"
    return f"@{handle}"


def _channel(name: str, workspace: Workspace) -> str:
    channel = workspace.channels.find_by_name(name)
    if channel is None:
        return f"#{name}"
    return f"<#{channel.id}|{'' if channel.is_private else channel.name}>"
