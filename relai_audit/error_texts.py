"""Errors as an operator reads them."""

from pydantic import ValidationError
from temporalio.service import RPCError

from relai_core.errors import UnavailableError
from relai_core.settings import SettingsError
from relai_core.store.database import StoreError
from relai_core.temporal_errors import reason


def as_sentence(error: Exception) -> str:
    """Why the audit or the repair can't go on."""
    if isinstance(error, SettingsError):
        return str(error)
    if isinstance(error, UnavailableError):
        why = f" ({error.reason})" if error.reason else ""
        return f"{error.part} can't be reached, or is too slow{why}."
    if isinstance(error, StoreError):
        return f"MongoDB refuses: {error}"
    if isinstance(error, RuntimeError | RPCError):
        return f"Temporal can't be asked: {reason(error)}."
    if isinstance(error, ValidationError):
        return f"A stored {error.title} can't be read. Compare it with a backup: {error}"
    return f"An error of the program: {type(error).__name__}: {error}"
