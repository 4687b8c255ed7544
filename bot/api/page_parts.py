"""Functions that make pieces of HTML. They escape text."""

import re
from collections.abc import Iterable
from html import escape

_NAMED = re.compile(r"`([^`]+)`")


def code(text: object) -> str:
    """Text as code."""
    return f"<code>{escape(str(text))}</code>"


def named(name: str, *about: str) -> str:
    """The name of a field or parameter, with remarks such as "required"."""
    return f"{code(name)} <small>{escape(', '.join(about))}</small>" if about else code(name)


def prose(text: str) -> str:
    """Prose with names in backticks."""
    return _NAMED.sub(r"<code>\1</code>", escape(text))


def paragraphs(text: str) -> str:
    """Prose with an empty line between paragraphs."""
    return "".join(f"<p>{prose(part)}</p>" for part in text.split("\n\n") if part)


def link(to: str, content: str) -> str:
    """A link to an id on the page. `content` is HTML."""
    return f'<a href="#{escape(to)}">{content}</a>'


def heading(level: int, content: str, name: str = "") -> str:
    """A heading. `content` is HTML; `name` is the id for links to it."""
    anchor = f' id="{escape(name)}"' if name else ""
    return f"<h{level}{anchor}>{content}</h{level}>"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table whose cells are HTML, or nothing if there is no row."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    if not body:
        return ""
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in head)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"
