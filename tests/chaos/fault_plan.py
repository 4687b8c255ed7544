"""What breaks, and when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.chaos.dice import Dice
from tests.chaos.parts import BALANCER, BOTS, LINKS, PARTS, WORKERS, Transport

_FAULTS_EVERY = 2.2
"""Seconds between two faults, on average."""
_TWIN_TOO = 0.35
_WORKER_SILENT = 14.0
"""Seconds for which a worker is stopped or cut off, at most. Longer than its heartbeat allows is
the case to be afraid of: another takes over, and then the first goes on in the middle of a post."""
_SETTLED_AFTER_KILL = 8.0
"""Seconds for which nothing else is planned for a part that starts again."""

_FAULTS = {
    "kill": 7,
    "pause": 4,
    "link": 7,
    "slack": 9,
    "delivery": 4,
    "sockets": 1,
}
_LINK_WAYS = {"cut": 3, "refuse": 2, "delay": 3, "hold": 2, "mute": 3}
_SLACK_METHODS = {
    "chat.postMessage": 8,
    "chat.update": 2,
    "conversations.open": 2,
    "users.info": 2,
    "conversations.history": 2,
    "views.open": 1,
    "response_url": 1,
    "*": 2,
}
_SLACK_WAYS = {
    "ratelimited": 3,
    "server_error": 3,
    "lost_after": 5,
    "lost_before": 2,
    "slow": 2,
    "never": 2,
    "fatal_error": 1,
    "service_unavailable": 1,
}
_DELIVERY_WAYS = {"duplicate": 4, "slow": 2, "lost_before": 1, "lost_after": 3}


@dataclass(frozen=True)
class Fault:
    """One thing that breaks, `at` seconds from the start and for `lasts` seconds.

    `target` is a part, a link (`worker→mongod`) or a method of the Web API; `way` how it fails.
    """

    at: float
    number: int
    kind: str
    target: str
    way: str
    lasts: float
    times: int = 1

    @property
    def ends(self) -> float:
        return self.at + self.lasts


def plan_faults(dice: Dice, seconds: float, transport: Transport) -> Iterator[Fault]:
    """Faults in the order of their moments, of which no two concern the same part at a time."""
    planner = _Planner(dice, transport)
    at, number = 1.0, 0
    busy: dict[str, float] = {}
    while (at := at + dice.pause(_FAULTS_EVERY)) < seconds:
        number += 1
        for fault in planner.draw(round(at, 3), number):
            if busy.get(fault.target, 0) > at:
                continue
            if fault.kind in ("kill", "pause", "link"):
                settled = _SETTLED_AFTER_KILL if fault.kind == "kill" else 0
                busy[fault.target] = fault.ends + settled
            yield fault


class _Planner:
    def __init__(self, dice: Dice, transport: Transport) -> None:
        self._dice = dice
        over_http = transport == "http"
        self._links = (*LINKS, BALANCER) if over_http else LINKS
        self._kinds = _FAULTS | ({"sockets": 0} if over_http else {})

    def draw(self, at: float, number: int) -> Iterator[Fault]:
        """The next fault; sometimes of both bots or both workers, so that nobody is there."""
        fault = self._fault(at, number)
        yield fault
        twins = next((twins for twins in (BOTS, WORKERS) if fault.target in twins), None)
        if twins is not None and self._dice.fraction() < _TWIN_TOO:
            yield replace(fault, target=twins[1 - twins.index(fault.target)])

    def _fault(self, at: float, number: int) -> Fault:
        kind, dice = self._dice.drawn(self._kinds), self._dice
        match kind:
            case "kill":
                return Fault(at, number, kind, dice.one_of(PARTS), "-9", dice.between(0, 3))
            case "pause":
                return self._pause(at, number)
            case "link":
                return self._broken_link(at, number)
            case "slack":
                return self._slack_fault(at, number)
            case "delivery":
                way = dice.drawn(_DELIVERY_WAYS)
                return Fault(at, number, kind, kind, way, 2.0, 1 + dice.below(2))
        return Fault(at, number, kind, kind, "abort", 0)

    def _pause(self, at: float, number: int) -> Fault:
        part = self._dice.one_of(PARTS)
        longest = _WORKER_SILENT if part in WORKERS else 5.0
        return Fault(at, number, "pause", part, "stopped", self._dice.between(0.5, longest))

    def _broken_link(self, at: float, number: int) -> Fault:
        link, way = self._dice.one_of(self._links), self._dice.drawn(_LINK_WAYS)
        longest = _WORKER_SILENT if link.startswith(WORKERS) else 8.0
        lasts = 0.0 if way == "cut" else self._dice.between(0.5, longest)
        return Fault(at, number, "link", link, way, lasts)

    def _slack_fault(self, at: float, number: int) -> Fault:
        dice = self._dice
        method, way = dice.drawn(_SLACK_METHODS), dice.drawn(_SLACK_WAYS)
        # Longer than the 8 seconds for which a call is waited for is never.
        lasts = {"slow": dice.between(0.5, 6), "never": 12.0, "lost_after": dice.between(0, 2)}
        times = 1 + dice.below(3)
        return Fault(at, number, "slack", method, way, lasts.get(way, 0.0), times)
