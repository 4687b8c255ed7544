"""Promise 5, for those who may read logs, figures or Temporal: no secret stands there."""

from tests.chaos.evidence import Evidence
from tests.chaos.leaks import PLACES
from tests.chaos.oracles.violation import Violation

_PROMISE = "only who may"


def judge_secrecy(evidence: Evidence) -> list[Violation]:
    """What the search of everything that was written has found, and where it did not look."""
    found = [
        Violation(_PROMISE, f"{leak['what']} in the open", leak["place"], leak)
        for leak in evidence.leaks
    ]
    if evidence.searched_in is None:
        return found
    missed = [place for place in PLACES if not evidence.searched_in.get(place)]
    return [*found, *(Violation(_PROMISE, "not searched for secrets", place) for place in missed)]
