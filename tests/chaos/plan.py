"""What is going to happen in a run: who does what and when, and what breaks, from a seed alone.

The same seed gives the same plan on every machine, and a longer run begins like a shorter one. What
follows from a plan does not repeat: real processes interleave as they like, and what a person can
press depends on what they see by then. So an act says which of the things that fit is taken, as a
fraction, and not which one.
"""

from dataclasses import asdict, dataclass
from typing import Any

from tests.chaos.act_plan import Act, plan_acts
from tests.chaos.dice import Dice
from tests.chaos.fault_plan import Fault, plan_faults
from tests.chaos.parts import Transport


@dataclass(frozen=True)
class Plan:
    """A run before it has begun. `is_encrypted` says whether Temporal keeps what it can't read."""

    seed: int
    seconds: float
    transport: Transport
    is_encrypted: bool
    acts: tuple[Act, ...]
    faults: tuple[Fault, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def make_plan(seed: int, seconds: float) -> Plan:
    """The plan of a seed. Acts and faults have dice of their own."""
    transport: Transport = "http" if Dice(seed, "transport").below(2) else "socket"
    is_encrypted = bool(Dice(seed, "codec").below(2))
    acts = tuple(plan_acts(Dice(seed, "acts"), seconds))
    faults = tuple(plan_faults(Dice(seed, "faults"), seconds, transport))
    return Plan(seed, seconds, transport, is_encrypted, acts, faults)
