"""What was broken in a run, and from when to when, as the journal has it."""

from math import inf
from typing import NamedTuple

from tests.chaos.evidence import Evidence, Json

_ENDINGS = ("started_again", "continued", "mended")
_LASTS_ON = 3.0
"""Seconds after it was mended in which whoever was waiting for it may still suffer from it."""
_USED_UP_WITHIN = 10.0
"""Seconds in which somebody uses up a fault of every delivery, or of every method of Slack's."""
_OF_ALL_KINDS = ("delivery", "sockets")
_OF_ALL_METHODS = "*"


class Trouble(NamedTuple):
    """A fault that was carried out, and the moments between which it could be felt."""

    kind: str
    target: str
    begin: float
    end: float
    times: int

    def is_felt(self, begin: float, end: float) -> bool:
        """Whether it can have been felt between two moments."""
        return self.begin <= end and begin <= self.end


def troubles(evidence: Evidence) -> list[Trouble]:
    """Every fault of the run, and a part that was away for long.

    Slack's are over when they have been used so many times.
    """
    return [_trouble(evidence, fault) for fault in evidence.lines("fault")] + [
        Trouble("away", line["part"], line["at"], _back(evidence), 1)
        for line in evidence.lines("away")
    ]


def was_in_vain(evidence: Evidence, fault: Json) -> bool:
    """Whether nobody could be told to do it, since the sandbox was away itself."""
    return any(_is_same(skipped, fault) for skipped in evidence.lines("fault_skipped"))


def _trouble(evidence: Evidence, fault: Json) -> Trouble:
    kind, target, begin = fault["kind"], fault["target"], fault["at"]
    return Trouble(kind, target, begin, _end(evidence, fault), fault.get("times", 1))


def _end(evidence: Evidence, fault: Json) -> float:
    begin = fault["at"]
    if fault["kind"] in _OF_ALL_KINDS or fault["target"] == _OF_ALL_METHODS:
        return float(begin + _USED_UP_WITHIN)
    ends = [
        line["at"]
        for line in evidence.journal
        if line["at"] >= begin
        and (line["line"] == "healed" or (line["line"] in _ENDINGS and _is_same(line, fault)))
    ]
    return min(ends, default=inf) + _LASTS_ON


def _back(evidence: Evidence) -> float:
    """When a part that was away for long was of use again: some time after it was started."""
    moments = [line["at"] for name in ("back", "first_yes") for line in evidence.lines(name)]
    return max(moments, default=inf) + _LASTS_ON


def _is_same(line: Json, fault: Json) -> bool:
    """Whether it tells of this fault: one number may be of twins."""
    return all(line.get(name) == fault.get(name) for name in ("fault", "kind", "target"))
