"""What `relai audit` said: what nothing can mend must never be, and at rest nothing is left."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.violation import Violation

_OF_A_STORM = frozenset(
    {
        "no_worker",
        "workflow_stuck",
    }
)
"""What passes once all parts are there again."""

_NOBODY = ""
"""Whose the cleanup is."""


def judge_audits(evidence: Evidence) -> list[Violation]:
    """Hold every finding against the run, but those that a storm excuses while it lasts.

    The neighbour has documents and no workflows: what is found of it, is found rightly.
    """
    return list(_found(evidence))


def _found(evidence: Evidence) -> Iterator[Violation]:
    for entry in evidence.lines("audit"):
        for finding in entry["findings"]:
            excused = not entry["at_rest"] and finding["kind"] in _OF_A_STORM
            if finding["team_id"] in (evidence.team, _NOBODY) and not excused:
                yield _violation(entry, finding)


def _violation(entry: Json, finding: Json) -> Violation:
    when = "at rest" if entry["at_rest"] else "in the storm"
    return Violation("saved", f"an audit {when} finds {finding['kind']}", finding["subject"], entry)
