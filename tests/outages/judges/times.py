"""Moments of an outage, and of what was said in it, in seconds since the epoch."""

from collections.abc import Mapping
from typing import NamedTuple

from tests.chaos.evidence import Evidence, Json, key_of


class Away(NamedTuple):
    """Which part was away from when to when."""

    part: str
    begin: float
    end: float

    def covers(self, moment: float) -> bool:
        return self.begin <= moment < self.end


def away(evidence: Evidence) -> Away:
    """The outage of the run."""
    (begin,), (end,) = evidence.lines("away"), evidence.lines("back")
    return Away(begin["part"], begin["at"], end["at"])


def rows(evidence: Evidence) -> Mapping[str, Json]:
    """The ledger, by the notices' keys."""
    return {row["_id"]: row for row in evidence.ours("notices")}


def notices(evidence: Evidence, user: str) -> list[tuple[float, str, Json]]:
    """Each notice that somebody sees: when it came, its key, and the message."""
    return sorted(
        ((float(message["ts"]), key, message) for message, key in _keyed(evidence, user)),
        key=lambda seen: seen[:2],
    )


def arrivals(evidence: Evidence) -> dict[str, float]:
    """When each notice came, by its key."""
    return {key: at for user in evidence.inboxes for at, key, _ in notices(evidence, user)}


def _keyed(evidence: Evidence, user: str) -> list[tuple[Json, str]]:
    keyed = [(message, key_of(message)) for message in evidence.inboxes[user]]
    return [(message, key) for message, key in keyed if key is not None]
