"""Texts that are too long are refused, never cut: people's words are not lost."""

from relai_core.errors import InvalidInputError


def require_fits(field: str, text: str | None, limit: int, advice: str = "") -> None:
    """Refuse a text of more than `limit` characters, saying how long it is."""
    if text is not None and len(text) > limit:
        words = f"The {field} is {len(text)} characters long; {limit} fit."
        raise InvalidInputError(f"{words} {advice}".strip(), field=field)
