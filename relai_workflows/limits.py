"""Limits of one run of a lifecycle, after which it continues as new."""

from datetime import timedelta


class RunLimits:
    """A class, because the sandbox passes it through: a test can shrink a limit for its worker."""

    LONGEST_RUN = timedelta(days=30)
    """Age of a run, so that its code stays current."""
    LONGEST_HISTORY = 2_000
    """Events of an idle run. A worker that takes a task over replays them all while a person
    waits; Temporal warns at 10,240, and suggests to continue at a number of its own."""
    LONGEST_BUSY_HISTORY = 2 * LONGEST_HISTORY
    """Events of a run that always has work under way, such as while Slack is down. Temporal
    terminates a workflow at 51,200."""
    CARRIED_AT_MOST = 1_000
    """Requests and notices that a run begins with. They are counted before they are measured,
    because measuring many thousands each time takes longer than a workflow task may."""
    LARGEST_STATE = 1024 * 1024
    """Bytes that a run begins with: half of what Temporal takes. A long description has 10,000."""
