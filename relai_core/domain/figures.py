"""How much of what a workspace holds."""

from collections.abc import Mapping

from relai_core.domain.model import Model


class Figures(Model):
    """Counts by state. A state that is left out has none.

    `open_tasks` are by `held` and `offered` (a hand-over waits for its answer); `overdue` of them
    are past their due date. `relays` are by their end, those without one under `open`. `notices`
    are by the state in the ledger.
    """

    open_tasks: Mapping[str, int]
    overdue: int
    relays: Mapping[str, int]
    notices: Mapping[str, int]
