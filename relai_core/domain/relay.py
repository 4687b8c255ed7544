"""One hand-over from one person to another, and the closed set of its ends."""

from datetime import datetime
from enum import StrEnum

from relai_core.domain.ids import RelayId, SlackUserId, TaskId, TeamId, TokenName
from relai_core.domain.model import Model

NOTE_LIMIT = 1000
"""Characters in a relay's note or in the reason of a decline."""


class RelayMode(StrEnum):
    """When ownership moves: at once, or only when the receiver accepts."""

    DIRECT = "direct"
    HANDSHAKE = "handshake"


class RelayEnd(StrEnum):
    """The ends of a relay. Every relay gets exactly one of them."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"


class Relay(Model):
    """A hand-over. Open until `end` is set, at the latest when its workflow sees `answer_by`.

    `via` is the API token that opened it in the sender's name, if one did.
    """

    id: RelayId
    task_id: TaskId
    team_id: TeamId
    from_user: SlackUserId
    to_user: SlackUserId
    mode: RelayMode
    note: str = ""
    opened_at: datetime
    nudge_at: datetime
    answer_by: datetime
    end: RelayEnd | None = None
    ended_at: datetime | None = None
    ended_by: SlackUserId | None = None
    reason: str = ""
    via: TokenName | None = None

    @property
    def is_open(self) -> bool:
        return self.end is None
