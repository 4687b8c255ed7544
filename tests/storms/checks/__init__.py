"""The checks of a storm: functions from the evidence to the violations that are certain."""

from tests.storms.checks import access, commands, histories, notices, owners, reminders
from tests.storms.evidence import Evidence, Violation

CHECKS = (
    owners.check_owners,
    commands.check_commands,
    histories.check_histories,
    notices.check_notices,
    reminders.check_reminders,
    access.check_access,
)


def check(evidence: Evidence) -> list[Violation]:
    """All violations that any check finds."""
    return [violation for one in CHECKS for violation in one(evidence)]
