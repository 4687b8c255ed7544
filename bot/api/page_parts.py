"""Pieces of HTML that the page is made of. What goes in as text comes out escaped."""

import re
from collections.abc import Iterable
from html import escape

_NAMED = re.compile(r"`([^`]+)`")


def code(text: object) -> str:
    """What a program reads or writes."""
    return f"<code>{escape(str(text))}</code>"


def named(name: str, *about: str) -> str:
    """The name of a field or parameter, with what must be known of it at once."""
    return f"{code(name)} <small>{escape(', '.join(about))}</small>" if about else code(name)


def prose(text: str) -> str:
    """Text in which names stand between backticks."""
    return _NAMED.sub(r"<code>\1</code>", escape(text))


def paragraphs(text: str) -> str:
    """Prose with an empty line between paragraphs."""
    return "".join(f"<p>{prose(part)}</p>" for part in text.split("\n\n") if part)


def link(to: str, content: str) -> str:
    """A link to an id on the page, on content that is HTML already."""
    return f'<a href="#{escape(to)}">{content}</a>'


def heading(level: int, content: str, name: str = "") -> str:
    """A heading of content that is HTML already, with an id where it is linked to."""
    anchor = f' id="{escape(name)}"' if name else ""
    return f"<h{level}{anchor}>{content}</h{level}>"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells are HTML already. Without any row there is no table."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    if not body:
        return ""
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in head)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"
