"""When the call began by which a message was posted."""

from tests.chaos.evidence import Json

_TAKES_AT_MOST = 30.0
"""Seconds between the beginning of a call and Slack's own moment, with all that may hold it up."""


def began(message: Json, row: Json | None) -> float:
    """The ledger's word for it, as far as that can be true: Slack may have taken its time."""
    posted = float(message["ts"])
    tries = [(row or {}).get(name) for name in ("attempted_at", "last_attempt_at")]
    earlier = [at for at in tries if at is not None and at <= posted]
    return max([posted - _TAKES_AT_MOST, *earlier]) if earlier else posted
