"""Judges of a run: each is a pure function from the evidence to what speaks against a promise."""

from tests.chaos.evidence import Evidence
from tests.chaos.oracles.owners import judge_owners
from tests.chaos.oracles.relays import judge_relays
from tests.chaos.oracles.violation import Violation

ORACLES = (judge_owners, judge_relays)


def judge(evidence: Evidence) -> list[Violation]:
    """Everything that any oracle finds."""
    return [violation for oracle in ORACLES for violation in oracle(evidence)]
