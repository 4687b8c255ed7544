"""Faults on request: a test chooses a fault, and how often it happens."""

from dataclasses import asdict, dataclass, field

from devstack.slack_sandbox.ids import new_secret
from devstack.slack_sandbox.records import Json

CALL_KINDS = frozenset(
    ["ratelimited", "server_error", "error", "lost_before", "lost_after", "slow", "unreachable"]
)
DELIVERY_KINDS = frozenset(["slow", "duplicate", "lost_before", "lost_after"])
DELIVERY = "delivery"


@dataclass
class Fault:
    """A fault that happens `times` times. Delays are in seconds."""

    method: str
    kind: str
    times: int = 1
    retry_after: int = 1
    delay: float = 0
    error: str = "fatal_error"
    id: str = field(default_factory=new_secret)

    def matches(self, method: str) -> bool:
        return self.method == method or (self.method == "*" and method != DELIVERY)

    def to_json(self) -> Json:
        return asdict(self)


class Faults:
    """The faults that are still to happen, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def listed(self) -> list[Fault]:
        return list(self._faults)

    def take(self, method: str, *, only: str | None = None) -> Fault | None:
        """Return the fault that happens to this call, and count it; `only` names its kind."""
        there = (fault for fault in self._faults if only in {None, fault.kind})
        fault = next((fault for fault in there if fault.matches(method)), None)
        if fault is not None:
            fault.times -= 1
            self._faults = [there for there in self._faults if there.times > 0]
        return fault
