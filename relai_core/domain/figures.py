"""The counts of a workspace's tasks, relays and notices."""

from collections.abc import Mapping

from relai_core.domain.model import Model


class Figures(Model):
    """Counts by state. A missing state means zero.

    `open_tasks` are by `held` and `offered` (a hand-over waits for its answer); `overdue` of them
    are past their due date. `relays` are by their end, open relays under `open`. `notices`
    are by the state in the ledger.
    """

    open_tasks: Mapping[str, int]
    overdue: int
    relays: Mapping[str, int]
    notices: Mapping[str, int]
