"""Judges of a run: each is a pure function from the evidence to what speaks against a promise."""

from tests.chaos.evidence import Evidence
from tests.chaos.oracles.asked import judge_asked
from tests.chaos.oracles.audits import judge_audits
from tests.chaos.oracles.contents import judge_contents
from tests.chaos.oracles.fairness import judge_fairness
from tests.chaos.oracles.histories import judge_histories
from tests.chaos.oracles.joining import judge_joining
from tests.chaos.oracles.missed import judge_missed
from tests.chaos.oracles.notices import judge_notices
from tests.chaos.oracles.nudges import judge_nudges
from tests.chaos.oracles.outcomes import judge_outcomes_told
from tests.chaos.oracles.owed import judge_owed
from tests.chaos.oracles.owners import judge_owners
from tests.chaos.oracles.pace import judge_pace
from tests.chaos.oracles.presses import judge_presses
from tests.chaos.oracles.relays import judge_relays
from tests.chaos.oracles.reminders import judge_reminders
from tests.chaos.oracles.saved import judge_saved
from tests.chaos.oracles.secrecy import judge_secrecy
from tests.chaos.oracles.unasked import judge_unasked
from tests.chaos.oracles.violation import Violation
from tests.chaos.oracles.windows import judge_windows
from tests.chaos.oracles.workspaces import judge_workspaces

ORACLES = (
    judge_owners,
    judge_relays,
    judge_windows,
    judge_saved,
    judge_asked,
    judge_unasked,
    judge_contents,
    judge_outcomes_told,
    judge_fairness,
    judge_presses,
    judge_histories,
    judge_notices,
    judge_owed,
    judge_pace,
    judge_reminders,
    judge_missed,
    judge_nudges,
    judge_joining,
    judge_workspaces,
    judge_secrecy,
    judge_audits,
)


def judge(evidence: Evidence) -> list[Violation]:
    """Everything that any oracle finds."""
    return [violation for oracle in ORACLES for violation in oracle(evidence)]
