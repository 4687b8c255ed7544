"""A worker's report of its state, which the bots read from the store."""

from typing import NamedTuple

from relai_core.domain.ids import TeamId


class WorkerReport(NamedTuple):
    """The state of one worker.

    Attributes:
        worker: a name that no other running process has.
        team_id: the workspace of its bot token, or None if Slack did not say.
        trouble: the fault in words for an operator, or None.
    """

    worker: str
    team_id: TeamId | None
    trouble: str | None
