"""Promise 5, for those who may read logs, figures or Temporal: no secret stands there."""

from tests.chaos.evidence import Evidence
from tests.chaos.oracles.violation import Violation


def judge_secrecy(evidence: Evidence) -> list[Violation]:
    """What the search of everything that was written has found."""
    return [
        Violation("only who may", f"{leak['what']} in the open", leak["place"], leak)
        for leak in evidence.leaks
    ]
