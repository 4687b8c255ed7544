"""A page that shows the API's description to people: plain HTML, no script, nothing from afar."""

from collections.abc import Mapping
from html import escape
from typing import Any

Json = Mapping[str, Any]


def render_page(description: Json) -> str:
    """The whole page."""
    title = escape(description["info"]["title"])
    return f"<!doctype html><title>{title}</title><h1>{title}</h1>"
