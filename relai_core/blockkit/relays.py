"""Hand-overs: the messages for each side, from the offer to its end, and the forms."""

from collections.abc import Sequence

from relai_core.blockkit.buttons import take_back
from relai_core.blockkit.elements import (
    TITLE_SHOWN,
    Block,
    Element,
    actions,
    context,
    inline,
    mention,
    quote,
    section,
)
from relai_core.blockkit.ids import CallbackId, InputId
from relai_core.blockkit.inputs import (
    choice_input,
    modal,
    moment_input,
    option,
    person_input,
    text_input,
)
from relai_core.blockkit.relay_texts import relay_ended_text, relay_sent_text, relay_warning
from relai_core.domain.ids import ChannelId, RelayId, SlackUserId, TaskId
from relai_core.domain.relay import NOTE_LIMIT, Relay, RelayMode
from relai_core.domain.task import Task
from relai_core.ports import Message

__all__ = ["decline_form", "relay_ended_text", "relay_form", "relay_note", "relay_sent"]

OPTIONS_SHOWN = 100
"""Options in a select, Slack's limit."""

_MODES = {
    RelayMode.DIRECT: "They own it at once",
    RelayMode.HANDSHAKE: "You own it until they accept",
}


def relay_sent(task: Task, relay: Relay) -> Message:
    """For the sender: the owner, the time for an answer, and the effect of no answer.

    Once the relay has ended, the message tells its end, and keeps Take back while that works.
    """
    text = relay_sent_text(task, relay) if relay.is_open else relay_ended_text(task, relay)
    blocks = [section(text), *context(relay_warning(task, relay))]
    return Message(text, [*blocks, *actions(take_back(task, relay, relay.from_user))])


def relay_note(relay: Relay) -> list[Block]:
    """The sender's note, if there is one."""
    if not relay.note.strip():
        return []
    return [section(f"Note from {mention(relay.from_user)}:"), *quote(relay.note, NOTE_LIMIT)]


def relay_form(
    tasks: Sequence[Task],
    *,
    task_id: TaskId | None = None,
    to: SlackUserId | None = None,
    note: str = "",
    mode: RelayMode,
    channel: ChannelId | None = None,
) -> Element:
    """A form to hand over a task out of `tasks`, filled in as far as known."""
    if not tasks:
        nothing = "You hold no open task, so there is nothing to hand over."
        return modal(
            CallbackId.RELAY_FORM,
            "Hand over a task",
            [section(f"{nothing} `/task new` makes one.")],
            submit=None,
        )
    blocks = [
        choice_input(
            InputId.TASK, "Which task?", "static_select", _task_options(tasks, task_id), task_id
        ),
        person_input(InputId.RECEIVER, "To whom?", to),
        text_input(
            InputId.NOTE, "Where it stands", NOTE_LIMIT, note, multiline=True, optional=True
        ),
        choice_input(InputId.MODE, "Who owns it meanwhile?", "radio_buttons", _MODE_OPTIONS, mode),
        moment_input(InputId.ANSWER_BY, "Answer by", hint="In your own time zone."),
    ]
    return modal(
        CallbackId.RELAY_FORM,
        "Hand over a task",
        blocks,
        submit="Hand over",
        private_metadata=channel or "",
    )


def decline_form(relay_id: RelayId, title: str) -> Element:
    """A form that asks why; the relay's id travels along."""
    blocks = [
        section(f"*{inline(title, TITLE_SHOWN)}* goes back to its sender, with your reason."),
        text_input(InputId.REASON, "Why not?", NOTE_LIMIT, multiline=True),
    ]
    return modal(
        CallbackId.DECLINE_FORM,
        "Decline a task",
        blocks,
        submit="Decline",
        private_metadata=relay_id,
    )


_MODE_OPTIONS = [option(text, mode.value) for mode, text in _MODES.items()]


def _task_options(tasks: Sequence[Task], chosen: TaskId | None) -> list[Element]:
    # The chosen task comes first, so that it is among the options that fit.
    ordered = sorted(tasks, key=lambda task: task.id != chosen)
    return [option(f"{task.key} {task.title}", task.id) for task in ordered[:OPTIONS_SHOWN]]
