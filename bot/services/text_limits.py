"""Refuses texts that are too long. RelAI never cuts a text, so that no words are lost."""

from relai_core.errors import InvalidInputError


def require_fits(field: str, text: str | None, limit: int, advice: str = "") -> None:
    """Refuse a text of more than `limit` characters. The error text names its length."""
    if text is not None and len(text) > limit:
        words = f"The {field} is {len(text)} characters long; {limit} fit."
        raise InvalidInputError(f"{words} {advice}".strip(), field=field)
