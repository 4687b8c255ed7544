"""How much of what a workspace holds, in all its time, and how it went."""

from collections.abc import Mapping

from relai_core.domain.model import Model


class Census(Model):
    """Counts of one workspace, all of one instant.

    `tasks` are by status, those in the archive under `archived`; `created` is how many the trail
    says there are. `opened` hand-overs are counted in the trail, `ended` ones in the store by
    their end, and so are those `still_open`; `in_limbo` of them are past their moment. `notices`
    are by the state in the ledger.
    """

    tasks: Mapping[str, int]
    created: int
    opened: int
    ended: Mapping[str, int]
    still_open: int
    in_limbo: int
    notices: Mapping[str, int]

    @property
    def has_every_task(self) -> bool:
        """Whether every task of the trail is in the store, and none besides."""
        return self.created == sum(self.tasks.values())

    @property
    def has_every_relay(self) -> bool:
        """Whether each hand-over that was opened has one end, or is open."""
        return self.opened == sum(self.ended.values()) + self.still_open
