"""What a worker meets, as it tells the bots through the store."""

from typing import NamedTuple

from relai_core.domain.ids import TeamId


class WorkerReport(NamedTuple):
    """The state of one worker.

    Attributes:
        worker: names the process, and no other that runs.
        team_id: the workspace of its bot token, or None if Slack did not say.
        trouble: what is wrong in words for an operator, or None.
    """

    worker: str
    team_id: TeamId | None
    trouble: str | None
