"""Opens hand-overs. The store enforces the rules, see `decisions`."""

from datetime import timedelta
from typing import NamedTuple

from bot.commands import RelayTask
from bot.services.durable_calls import WorkflowEndedError
from bot.services.task_lookup import TaskLookup
from bot.services.temporal_service import TemporalService
from bot.services.text_limits import require_fits
from bot.services.user_service import UserService
from relai_core.clock import Clock, utc_now
from relai_core.domain.changes import RelayOpened
from relai_core.domain.decisions import ChangeRefusedError, RefusalReason, decide
from relai_core.domain.ids import RequestId, SlackUserId, TaskId, TokenName, relay_id
from relai_core.domain.relay import NOTE_LIMIT, RelayMode
from relai_core.domain.task import Task
from relai_core.domain.user import User
from relai_core.errors import InvalidInputError, NotAllowedError
from relai_core.ports import TaskStore

LONGEST_WINDOW = timedelta(days=30)
"""Longest time to answer. A task should not stay undecided for longer."""
_OFFERED_IN_FORM = 100
"""Slack's limit of options in a select menu."""
_REFUSED_BEFORE = "Nothing was handed over: this request was refused before. Make a new one."


class Relayable(NamedTuple):
    """Tasks that the sender can hand over, and the id of the preselected task."""

    tasks: list[Task]
    chosen: TaskId | None


class RelayService:
    """The use cases of `/relay` and of `/api/tasks/{id}/relay`.

    Each write returns the changed task with its relay, or None if the request is saved and not yet
    carried out. If the rules forbid the change, it raises `ChangeRefusedError`. `via` names the
    API token that acts in the sender's name.
    """

    def __init__(
        self,
        tasks: TaskStore,
        users: UserService,
        temporal: TemporalService,
        *,
        mode: RelayMode,
        window: timedelta,
        now: Clock = utc_now,
    ) -> None:
        self._tasks = tasks
        self._lookup = TaskLookup(tasks)
        self._users = users
        self._temporal = temporal
        self.mode = mode
        self._window = window
        self._now = now

    async def list_relayable(
        self, sender: User, *, number: int | None = None, picked: TaskId | None = None
    ) -> Relayable:
        """List the tasks for the form, with the task of `number` or `picked` preselected.

        Raises:
            ChangeRefusedError: the preselected task is closed, or the sender does not own it.
        """
        owned = await self._tasks.list_owned(sender.team_id, sender.id, _OFFERED_IN_FORM)
        if number is None and picked is None:
            return Relayable(owned, None)
        chosen = await (
            self._lookup.get(picked, sender.team_id)
            if picked is not None
            else self._lookup.get_meant(number, sender)
        )
        if chosen.owner != sender.id:
            raise ChangeRefusedError(RefusalReason.NOT_THE_OWNER, chosen)
        if not chosen.is_open:
            raise ChangeRefusedError(RefusalReason.TASK_CLOSED, chosen)
        others = [task for task in owned if task.id != chosen.id]
        return Relayable([chosen, *others][:_OFFERED_IN_FORM], chosen.id)

    async def relay(self, wish: RelayTask, *, sender: User, request: RequestId) -> Task | None:
        """Hand over a task by its number or, without a number, the sender's only open task."""
        task = await self._lookup.get_meant(wish.number, sender, request)
        return await self._relay(task, wish, sender, request, None)

    async def relay_task(
        self,
        task_id: TaskId,
        wish: RelayTask,
        *,
        sender: User,
        request: RequestId,
        via: TokenName | None = None,
    ) -> Task | None:
        """Hand over a task by its id."""
        task = await self._lookup.get(task_id, sender.team_id)
        return await self._relay(task, wish, sender, request, via)

    async def _relay(
        self,
        task: Task,
        wish: RelayTask,
        sender: User,
        request: RequestId,
        via: TokenName | None,
    ) -> Task | None:
        if task.relay is not None and task.relay.id == relay_id(sender.team_id, request):
            return task  # this request has already opened the hand-over
        mode = wish.mode or self.mode
        self._require_sensible(wish)
        self._require_allowed(task, wish.to, mode, sender, request)
        await self._users.get_receiver(sender.team_id, wish.to)
        try:
            answered = await self._temporal.start_task_relay_workflow(
                task.id,
                sender.id,
                wish.to,
                wish.note,
                request=request,
                mode=mode,
                window=self._window,
                answer_by=wish.answer_by,
                via=via,
            )
        except WorkflowEndedError:
            return await self._get_relayed(task.id, wish.to, mode, sender, request)
        return answered.task_after()

    async def _get_relayed(
        self, task_id: TaskId, to: SlackUserId, mode: RelayMode, sender: User, request: RequestId
    ) -> Task:
        """Read the result from the store when the hand-over's workflow has ended.

        Either the request is a repeat, or the hand-over was never opened.
        """
        relay = await self._tasks.find_relay(relay_id(sender.team_id, request))
        task = await self._lookup.get(task_id, sender.team_id)
        if relay is None:
            self._require_allowed(task, to, mode, sender, request)
            raise NotAllowedError(_REFUSED_BEFORE)
        if task.relay is None or task.relay.id != relay.id:
            raise ChangeRefusedError(RefusalReason.RELAY_ENDED, task, relay)
        return task

    def _require_sensible(self, wish: RelayTask) -> None:
        require_fits("note", wish.note, NOTE_LIMIT)
        if wish.answer_by is not None and wish.answer_by <= self._now():
            raise InvalidInputError(
                "The moment to answer by has already passed.", field="answer_by"
            )
        if wish.answer_by is not None and wish.answer_by > self._now() + LONGEST_WINDOW:
            raise InvalidInputError(
                "The moment to answer by is more than 30 days away.", field="answer_by"
            )

    def _require_allowed(
        self, task: Task, to: SlackUserId, mode: RelayMode, sender: User, request: RequestId
    ) -> None:
        """Refuse early, by the store's rules. These do not look at the time to answer."""
        now = self._now()
        decide(
            task,
            RelayOpened(
                id=request,
                task_id=task.id,
                at=now,
                actor=sender.id,
                relay_id=relay_id(sender.team_id, request),
                to_user=to,
                mode=mode,
                nudge_at=now,
                answer_by=now,
            ),
        )
