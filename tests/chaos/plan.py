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
    """A run before it has begun.

    Attributes:
        seed: all follows from it.
        seconds: how long things happen and break.
        transport: how Slack delivers.
        is_encrypted: whether Temporal keeps what it can't read.
        keys_change_at: when every bot and worker is given another key to read with, and when to
            write with; empty where nothing is encrypted.
        acts: what people and programs do.
        faults: what breaks.
    """

    seed: int
    seconds: float
    transport: Transport
    is_encrypted: bool
    keys_change_at: tuple[float, ...]
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
    changes = _key_changes(Dice(seed, "keys")) if is_encrypted else ()
    return Plan(seed, seconds, transport, is_encrypted, changes, acts, faults)


def _key_changes(dice: Dice) -> tuple[float, ...]:
    first = dice.between(8, 14)
    return first, first + dice.between(12, 16)
