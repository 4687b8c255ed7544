"""Answers to a hand-over: accept, decline, take back. The store enforces the rules."""

from bot.services.task_lookup import TaskLookup
from bot.services.temporal_service import (
    RelayAnswer,
    TemporalService,
    lifecycle_id,
    relay_workflow_id,
)
from bot.services.text_limits import require_fits
from relai_core.clock import Clock, utc_now
from relai_core.domain.changes import RelayAccepted, RelayDeclined, RelayWithdrawn, TakenBack
from relai_core.domain.decisions import ChangeRefusedError, decide
from relai_core.domain.ids import RelayId, RequestId
from relai_core.domain.relay import NOTE_LIMIT, Relay, RelayEnd
from relai_core.domain.task import Task
from relai_core.domain.user import User
from relai_core.ports import TaskStore


class RelayAnswerService:
    """The use cases of an offer's buttons.

    Each write returns the changed task with its relay, or None if the request is saved and not yet
    carried out. If the rules forbid the change, it raises `ChangeRefusedError`.
    """

    def __init__(self, tasks: TaskStore, temporal: TemporalService, now: Clock = utc_now) -> None:
        self._lookup = TaskLookup(tasks)
        self._temporal = temporal
        self._now = now

    async def get_declinable(self, relay_id: RelayId, *, actor: User, request: RequestId) -> Task:
        """The task of an offer that the actor may decline.

        Raises:
            ChangeRefusedError: the offer has ended, or the actor is not its receiver.
        """
        relay = await self._lookup.get_relay(relay_id, actor.team_id)
        task = await self._lookup.get(relay.task_id, actor.team_id)
        decide(task, self._declined(relay, "", actor, request))
        return task

    async def accept(self, relay_id: RelayId, *, actor: User, request: RequestId) -> Task | None:
        """Accept an offered task."""
        relay = await self._lookup.get_relay(relay_id, actor.team_id)
        change = RelayAccepted(
            id=request, task_id=relay.task_id, at=self._now(), actor=actor.id, relay_id=relay_id
        )
        return await self._answer(relay, change, actor)

    async def decline(
        self, relay_id: RelayId, reason: str, *, actor: User, request: RequestId
    ) -> Task | None:
        """Decline an offered task, with a reason."""
        require_fits("reason", reason, NOTE_LIMIT)
        relay = await self._lookup.get_relay(relay_id, actor.team_id)
        change = self._declined(relay, reason, actor, request)
        return await self._answer(relay, change, actor)

    async def take_back(self, relay_id: RelayId, *, actor: User, request: RequestId) -> Task | None:
        """Take the actor's hand-over back while it is open, or soon after it ended unanswered."""
        relay = await self._lookup.get_relay(relay_id, actor.team_id)
        if relay.end is RelayEnd.UNANSWERED:
            return await self._reclaim(relay, actor, request)
        change = RelayWithdrawn(
            id=request, task_id=relay.task_id, at=self._now(), actor=actor.id, relay_id=relay_id
        )
        try:
            return await self._answer(relay, change, actor)
        except ChangeRefusedError as refused:
            ended = refused.relay
            if ended is None or ended.id != relay_id or ended.end is not RelayEnd.UNANSWERED:
                raise
        return await self._reclaim(ended, actor, request)

    async def _answer(self, relay: Relay, change: RelayAnswer, actor: User) -> Task | None:
        await self._require_theirs(relay, change, actor)
        workflow_id = relay_workflow_id(change.relay_id)
        signalled = self._temporal.signal_relay_answered(workflow_id, change=change)
        return await self._lookup.get_outcome(signalled, change, actor.team_id)

    def _declined(
        self, relay: Relay, reason: str, actor: User, request: RequestId
    ) -> RelayDeclined:
        return RelayDeclined(
            id=request,
            task_id=relay.task_id,
            at=self._now(),
            actor=actor.id,
            relay_id=relay.id,
            reason=reason,
        )

    async def _reclaim(self, relay: Relay, actor: User, request: RequestId) -> Task | None:
        change = TakenBack(
            id=request, task_id=relay.task_id, at=self._now(), actor=actor.id, relay_id=relay.id
        )
        await self._require_theirs(relay, change, actor)
        workflow_id = lifecycle_id(relay.task_id)
        signalled = self._temporal.signal_task_reassigned(workflow_id, actor.id, change=change)
        return await self._lookup.get_outcome(signalled, change, actor.team_id)

    async def _require_theirs(
        self, relay: Relay, change: RelayAnswer | TakenBack, actor: User
    ) -> None:
        """Refuse people other than the receiver or sender early, by the store's rules.

        Each signal adds to the workflow's history, which is bounded. The people of a hand-over
        never change, so this check is final. The store checks that the hand-over is still open.
        """
        is_receivers = isinstance(change, RelayAccepted | RelayDeclined)
        if actor.id != (relay.to_user if is_receivers else relay.from_user):
            decide(await self._lookup.get(relay.task_id, actor.team_id), change)
