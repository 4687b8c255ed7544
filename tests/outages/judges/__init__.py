"""Judges of an outage: pure functions from the evidence to what speaks against a promise."""

from tests.chaos.evidence import Evidence
from tests.chaos.oracles import ORACLES
from tests.chaos.oracles.violation import Violation
from tests.outages.judges.answers import judge_answers
from tests.outages.judges.growth import judge_growth
from tests.outages.judges.order import judge_order
from tests.outages.judges.reminders import judge_labels
from tests.outages.judges.windows import judge_late_windows

JUDGES = (
    judge_answers,
    judge_order,
    judge_labels,
    judge_late_windows,
    judge_growth,
)
"""What only matters if a part is away for long. The others are those of `tests.chaos`."""


def judge(evidence: Evidence) -> list[Violation]:
    """Everything that any judge finds."""
    return [violation for one in (*ORACLES, *JUDGES) for violation in one(evidence)]
