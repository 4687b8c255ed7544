"""`/relay`, its form, and the buttons that answer a hand-over or take it back."""

from slack_bolt.app.async_app import AsyncApp

from bot.commands import OpenRelayForm, RelayTask, ShowHelp
from bot.forms import Forms
from bot.grammar import parse_relay_command
from bot.payloads import BlockAction, SlashCommand, ViewSubmission
from bot.replies import ButtonAnswer, Replies, plain
from bot.services.relay_answer_service import RelayAnswerService
from bot.services.relay_service import RelayService
from bot.services.user_service import UserService
from relai_core.blockkit.answers import help_message, saved_text
from relai_core.blockkit.ids import ActionId, CallbackId, InputId
from relai_core.blockkit.relays import decline_form, relay_form, relay_sent
from relai_core.blockkit.tasks import task_card
from relai_core.clock import Clock, utc_now
from relai_core.domain.ids import RelayId, SlackUserId, TaskId
from relai_core.domain.relay import RelayMode
from relai_core.domain.task import Task
from relai_core.domain.user import User
from relai_core.errors import InvalidInputError
from relai_core.ports import Message

_INSTEAD = "/relay T-42 @user what to know"


class RelayHandlers:
    """The listeners for hand-overs."""

    def __init__(
        self,
        relays: RelayService,
        answers: RelayAnswerService,
        users: UserService,
        forms: Forms,
        replies: Replies,
        now: Clock = utc_now,
    ) -> None:
        self._relays = relays
        self._answers = answers
        self._users = users
        self._forms = forms
        self._replies = replies
        self._now = now

    def register(self, app: AsyncApp) -> None:
        """Register the listeners with Bolt."""
        to_click, to_form = self._replies.to_click, self._replies.to_form
        app.command("/relay")(self._replies.to_command(self.on_relay_command))
        app.action(ActionId.TASK_HAND_OVER)(to_click(self.on_hand_over_clicked))
        app.action(ActionId.RELAY_ACCEPT)(to_click(self.on_accept_clicked))
        app.action(ActionId.RELAY_DECLINE)(to_click(self.on_decline_clicked))
        app.action(ActionId.RELAY_TAKE_BACK)(to_click(self.on_take_back_clicked))
        app.view_submission(CallbackId.RELAY_FORM)(
            to_form(self.on_relay_form_sent, reasons_at=InputId.RECEIVER)
        )
        app.view_submission(CallbackId.DECLINE_FORM)(to_form(self.on_decline_form_sent))

    async def on_relay_command(self, command: SlashCommand) -> Message | None:
        speaker = await self._users.get_speaker(command.team_id, command.user_id)
        match parse_relay_command(command.text, speaker=speaker, now=self._now()):
            case RelayTask() as wish:
                task = await self._relays.relay(wish, sender=speaker, request=command.request)
                return _sent(task)
            case OpenRelayForm() as asked:
                await self._open_form(asked, command, speaker)
            case ShowHelp() as asked:
                return help_message(asked.topic)
        return None

    async def on_hand_over_clicked(self, click: BlockAction) -> None:
        sender = await self._users.get_speaker(click.team_id, click.user_id)
        tasks, chosen = await self._relays.list_relayable(sender, picked=TaskId(click.value))
        view = relay_form(tasks, task_id=chosen, mode=self._relays.mode, channel=click.channel_id)
        await self._forms.open(click.trigger_id, view, instead=_INSTEAD)

    async def on_relay_form_sent(self, form: ViewSubmission) -> Message:
        sender = await self._users.get_speaker(form.team_id, form.user_id)
        mode = form.choice(InputId.MODE)
        wish = RelayTask(
            number=None,
            to=_chosen_receiver(form),
            note=form.text(InputId.NOTE),
            mode=RelayMode(mode) if mode else None,
            answer_by=form.moment(InputId.ANSWER_BY),
        )
        task = await self._relays.relay_task(
            _chosen_task(form), wish, sender=sender, request=form.request
        )
        return _sent(task)

    async def on_accept_clicked(self, click: BlockAction) -> ButtonAnswer | None:
        actor = await self._users.get_speaker(click.team_id, click.user_id)
        task = await self._answers.accept(RelayId(click.value), actor=actor, request=click.request)
        return _answered(task, click, "to accept the task")

    async def on_decline_clicked(self, click: BlockAction) -> None:
        actor = await self._users.get_speaker(click.team_id, click.user_id)
        relay_id = RelayId(click.value)
        task = await self._answers.get_declinable(relay_id, actor=actor, request=click.request)
        view = decline_form(relay_id, task.title)
        await self._forms.open(click.trigger_id, view, instead="Decline… again")

    async def on_decline_form_sent(self, form: ViewSubmission) -> Message | None:
        actor = await self._users.get_speaker(form.team_id, form.user_id)
        task = await self._answers.decline(
            RelayId(form.view.private_metadata),
            form.text(InputId.REASON),
            actor=actor,
            request=form.request,
        )
        return None if task else plain(saved_text("to decline the task"))

    async def on_take_back_clicked(self, click: BlockAction) -> ButtonAnswer | None:
        actor = await self._users.get_speaker(click.team_id, click.user_id)
        task = await self._answers.take_back(
            RelayId(click.value), actor=actor, request=click.request
        )
        return _answered(task, click, "to take the task back")

    async def _open_form(self, asked: OpenRelayForm, command: SlashCommand, sender: User) -> None:
        tasks, chosen = await self._relays.list_relayable(sender, number=asked.number)
        view = relay_form(
            tasks,
            task_id=chosen,
            to=asked.to,
            note=asked.note,
            mode=asked.mode or self._relays.mode,
            channel=command.channel_id,
        )
        await self._forms.open(command.trigger_id, view, instead=_INSTEAD)


def _sent(task: Task | None) -> Message:
    if task is None or task.relay is None:
        return plain(saved_text("to hand the task over"))
    return relay_sent(task, task.relay)


def _answered(task: Task | None, click: BlockAction, saved: str) -> ButtonAnswer | None:
    """Answer a click. The worker edits cards in conversations, but not ephemeral messages."""
    if task is None:
        return ButtonAnswer(plain(saved_text(saved)))
    return (
        ButtonAnswer(task_card(task, click.user_id), replaces=True) if click.is_ephemeral else None
    )


def _chosen_task(form: ViewSubmission) -> TaskId:
    if (task_id := form.choice(InputId.TASK)) is None:
        raise InvalidInputError("Choose a task.", field=InputId.TASK)
    return TaskId(task_id)


def _chosen_receiver(form: ViewSubmission) -> SlackUserId:
    if (receiver := form.person(InputId.RECEIVER)) is None:
        raise InvalidInputError("Choose who gets the task.", field=InputId.RECEIVER)
    return receiver
