"""Valid tasks and changes with defaults; a test passes only the fields that it checks."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from relai_core.domain.changes import (
    Cancelled,
    Completed,
    Edited,
    Progressed,
    RelayAccepted,
    RelayDeclined,
    RelayExpired,
    RelayOpened,
    RelayUndeliverable,
    RelayWithdrawn,
    Snoozed,
    TakenBack,
    TaskChange,
)
from relai_core.domain.decisions import decide, numbered
from relai_core.domain.ids import (
    RelayId,
    RequestId,
    SlackUserId,
    TeamId,
    TokenName,
    request_id,
    task_id,
)
from relai_core.domain.relay import RelayMode
from relai_core.domain.task import NewTask, Task

TEAM = TeamId("T0001")
OTHER_TEAM = TeamId("T0002")
ANA, BEN, CLEO = SlackUserId("UANA"), SlackUserId("UBEN"), SlackUserId("UCLEO")
CI = TokenName("ci")
"""An API token."""
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
"""A Wednesday."""

_requests = count(1)


def a_request(team: TeamId = TEAM) -> RequestId:
    """Return a request id that was not used before."""
    return request_id(team, "test", str(next(_requests)))


def a_new_task(team: TeamId = TEAM, **fields: Any) -> NewTask:
    """A new task that Ana creates for herself, unless the fields say otherwise."""
    request = a_request(team)
    defaults = {"title": "Renew the certificate", "creator": ANA, "owner": ANA, "created_at": NOW}
    wish = defaults | fields
    return NewTask(id=task_id(team, request), team_id=team, request_id=request, **wish)


def a_task(number: int = 42, **fields: Any) -> Task:
    """An open task as first stored."""
    return numbered(a_new_task(**fields), number)


class Changes:
    """Changes of one task, each with a request id of its own, through the token `via` if given."""

    def __init__(
        self, task: Task | NewTask, at: datetime = NOW, via: TokenName | None = None
    ) -> None:
        self._task = task
        self._at = at
        self._via = via

    def completed(self, actor: SlackUserId = ANA) -> Completed:
        return Completed(**self._shared(), actor=actor)

    def cancelled(self, actor: SlackUserId = ANA) -> Cancelled:
        return Cancelled(**self._shared(), actor=actor)

    def progressed(self, progress: int, actor: SlackUserId = ANA) -> Progressed:
        return Progressed(**self._shared(), actor=actor, progress=progress)

    def edited(self, actor: SlackUserId = ANA, **fields: Any) -> Edited:
        return Edited(**self._shared(), actor=actor, **fields)

    def snoozed(self, until: datetime, actor: SlackUserId = ANA) -> Snoozed:
        return Snoozed(**self._shared(), actor=actor, until=until)

    def handed_over(
        self,
        to_user: SlackUserId = BEN,
        actor: SlackUserId = ANA,
        mode: RelayMode = RelayMode.DIRECT,
        **fields: Any,
    ) -> RelayOpened:
        """A relay whose window is ten minutes."""
        relay = {
            "relay_id": RelayId(f"{TEAM}-relay-{next(_requests)}"),
            "nudge_at": self._at + timedelta(minutes=5),
            "answer_by": self._at + timedelta(minutes=10),
        }
        return RelayOpened(
            **self._shared(), actor=actor, to_user=to_user, mode=mode, **(relay | fields)
        )

    def accepted(self, opened: RelayOpened, actor: SlackUserId | None = None) -> RelayAccepted:
        return RelayAccepted(**self._about(opened), actor=actor or opened.to_user)

    def declined(
        self, opened: RelayOpened, actor: SlackUserId | None = None, reason: str = ""
    ) -> RelayDeclined:
        return RelayDeclined(**self._about(opened), actor=actor or opened.to_user, reason=reason)

    def withdrawn(self, opened: RelayOpened, actor: SlackUserId | None = None) -> RelayWithdrawn:
        return RelayWithdrawn(**self._about(opened), actor=actor or opened.actor)

    def expired(self, opened: RelayOpened) -> RelayExpired:
        return RelayExpired(**self._about(opened))

    def undeliverable(self, opened: RelayOpened, reason: str = "bot") -> RelayUndeliverable:
        return RelayUndeliverable(**self._about(opened), reason=reason)

    def taken_back(self, opened: RelayOpened, actor: SlackUserId | None = None) -> TakenBack:
        return TakenBack(**self._about(opened), actor=actor or opened.actor)

    def _shared(self) -> dict[str, Any]:
        return {"id": a_request(), "task_id": self._task.id, "at": self._at, "via": self._via}

    def _about(self, opened: RelayOpened) -> dict[str, Any]:
        return self._shared() | {"relay_id": opened.relay_id}


def after(task: Task, *changes: TaskChange) -> Task:
    """Return the task after these changes."""
    for change in changes:
        task = decide(task, change)
    return task
