"""`/task`, the form of a new task, and the button that completes one."""

from slack_bolt.app.async_app import AsyncApp

from bot.commands import (
    CompleteTask,
    CreateTask,
    ListTasks,
    OpenTaskForm,
    SetProgress,
    ShowHelp,
    ShowTask,
    TaskCommand,
)
from bot.forms import Forms
from bot.grammar import parse_task_command
from bot.payloads import BlockAction, SlashCommand, ViewSubmission
from bot.replies import ButtonAnswer, Replies, plain
from bot.services.task_service import TaskService
from bot.services.user_service import UserService
from relai_core.blockkit.answers import help_message, saved_text
from relai_core.blockkit.ids import ActionId, CallbackId, InputId
from relai_core.blockkit.tasks import task_card, task_created, task_form, task_list
from relai_core.clock import Clock, utc_now
from relai_core.domain.ids import SlackUserId, TaskId
from relai_core.domain.task import Task
from relai_core.domain.user import User
from relai_core.ports import Message


class TaskHandlers:
    """The listeners for tasks."""

    def __init__(
        self,
        tasks: TaskService,
        users: UserService,
        forms: Forms,
        replies: Replies,
        now: Clock = utc_now,
    ) -> None:
        self._tasks = tasks
        self._users = users
        self._forms = forms
        self._replies = replies
        self._now = now

    def register(self, app: AsyncApp) -> None:
        """Register the listeners with Bolt."""
        to_form = self._replies.to_form
        app.command("/task")(self._replies.to_command(self.on_task_command))
        app.action(ActionId.TASK_COMPLETE)(self._replies.to_click(self.on_complete_clicked))
        app.view_submission(CallbackId.TASK_FORM)(
            to_form(self.on_task_form_sent, reasons_at=InputId.OWNER)
        )

    async def on_task_command(self, command: SlashCommand) -> Message | None:
        speaker = await self._users.get_speaker(command.team_id, command.user_id)
        asked = parse_task_command(command.text, speaker=speaker, now=self._now())
        return await self._carry_out(asked, command, speaker)

    async def on_complete_clicked(self, click: BlockAction) -> ButtonAnswer | None:
        actor = await self._users.get_speaker(click.team_id, click.user_id)
        task = await self._tasks.complete(TaskId(click.value), actor=actor, request=click.request)
        if task is None:
            return ButtonAnswer(plain(saved_text("to mark the task complete")))
        return (
            ButtonAnswer(task_card(task, actor.id), replaces=True) if click.is_ephemeral else None
        )

    async def on_task_form_sent(self, form: ViewSubmission) -> Message:
        creator = await self._users.get_speaker(form.team_id, form.user_id)
        wish = CreateTask(
            title=form.text(InputId.TITLE),
            description=form.text(InputId.DESCRIPTION),
            owner=form.person(InputId.OWNER),
            due_at=form.moment(InputId.DUE),
        )
        task = await self._tasks.create(wish, creator=creator, request=form.request)
        return _created(task, creator.id)

    async def _carry_out(
        self, asked: TaskCommand, command: SlashCommand, speaker: User
    ) -> Message | None:
        match asked:
            case CreateTask():
                task = await self._tasks.create(asked, creator=speaker, request=command.request)
                return _created(task, speaker.id)
            case CompleteTask() | SetProgress():
                return await self._change(asked, command, speaker)
            case ListTasks():
                return task_list(*await self._tasks.list_for(speaker), speaker.id)
            case ShowTask():
                return task_card(await self._tasks.get(asked.number, viewer=speaker), speaker.id)
            case ShowHelp():
                return help_message(asked.topic)
            case OpenTaskForm():
                await self._open_form(asked, command)
        return None

    async def _change(
        self, asked: CompleteTask | SetProgress, command: SlashCommand, speaker: User
    ) -> Message:
        number, request = asked.number, command.request
        if isinstance(asked, CompleteTask):
            task = await self._tasks.complete_meant(number, actor=speaker, request=request)
            saved = "to mark the task complete"
        else:
            task = await self._tasks.report_progress(
                number, asked.progress, actor=speaker, request=request
            )
            saved = f"progress, {asked.progress} %"
        return task_card(task, speaker.id) if task else plain(saved_text(saved))

    async def _open_form(self, asked: OpenTaskForm, command: SlashCommand) -> None:
        view = task_form(
            title=asked.title,
            owner=asked.owner,
            due_at=asked.due_at,
            channel=command.channel_id,
        )
        instead = "/task new Renew the certificate @user by friday 17:00"
        await self._forms.open(command.trigger_id, view, instead=instead)


def _created(task: Task | None, creator: SlackUserId) -> Message:
    if task is None:
        return plain(saved_text("a new task"))
    return task_created(task, creator)
