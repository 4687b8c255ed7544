"""The checks of a storm: functions from the evidence to the violations that are certain."""

from tests.storms.checks.access import check_access
from tests.storms.checks.commands import check_commands
from tests.storms.checks.histories import check_histories
from tests.storms.checks.notices import check_notices
from tests.storms.checks.owners import check_owners
from tests.storms.checks.reminders import check_reminders
from tests.storms.evidence import Evidence, Violation

CHECKS = (
    check_owners,
    check_commands,
    check_histories,
    check_notices,
    check_reminders,
    check_access,
)


def check(evidence: Evidence) -> list[Violation]:
    """All violations that any check finds."""
    return [violation for one in CHECKS for violation in one(evidence)]
