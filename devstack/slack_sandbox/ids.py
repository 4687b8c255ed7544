"""Identifiers of Slack's form."""

import secrets
import string
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds since the epoch; tests pass a clock they can move."""

_UPPER = string.ascii_uppercase + string.digits
_MIXED = string.ascii_letters + string.digits


def new_id(prefix: str) -> str:
    """Return an id such as `U0A1B2C3D4E`: the prefix, a zero and nine characters."""
    return f"{prefix}0" + "".join(secrets.choice(_UPPER) for _ in range(9))


def new_block_id() -> str:
    """Return the id that Slack gives to a block without an id."""
    return "".join(secrets.choice(_MIXED) for _ in range(5))


def new_trigger_id() -> str:
    """Return an id such as `13345224609.738474920.8088930838d88f008e0`."""
    return f"{secrets.randbelow(10**11)}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"


def new_secret() -> str:
    """Return an unguessable part of an address."""
    return secrets.token_hex(12)


class Timestamps:
    """Hands out `ts` values: the clock's time in microseconds, never the same value twice."""

    def __init__(self, clock: Clock, last: str | None) -> None:
        self._clock = clock
        self._last = int(last.replace(".", "")) if last else 0

    def next(self) -> str:
        self._last = max(int(self._clock() * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
