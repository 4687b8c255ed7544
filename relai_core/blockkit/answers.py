"""Answers to a request: refused, saved, not saved, and help."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from relai_core.blockkit.elements import (
    clip,
    code,
    due_text,
    escape,
    mention,
    person,
    section,
    through,
    title_of,
    verbatim,
)
from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import SlackUserId
from relai_core.domain.relay import Relay, RelayEnd
from relai_core.domain.task import Task, TaskStatus
from relai_core.ports import Message

TYPED_SHOWN = 60_000
"""Characters of a typed text that are given back: more than Slack's fields accept."""

_ERROR_SHOWN = 500
_COMMAND_SHOWN = 40
_HELP = {
    "task": (
        "*What `/task` can do*\n"
        "• `/task new Renew the certificate @bo by fri 17:00` makes a task; without a person it "
        "is yours\n"
        "• `/task list` shows what is yours, and what you wait for\n"
        "• `/task show T-42` shows one task\n"
        "• `/task progress T-42 60` says how far it is\n"
        "• `/task done T-42` marks it complete\n"
        "`/task` alone opens a form. The order of the words is up to you."
    ),
    "relay": (
        "*What `/relay` can do*\n"
        "• `/relay @bo T-42 The staging certificate is next` hands a task over, with a note\n"
        "• `/relay @bo T-42 by 15:00` asks for an answer by then\n"
        "• `/relay @bo T-42 --handshake` keeps the task yours until they accept; `--direct` "
        "makes it theirs at once\n"
        "`/relay` alone opens a form. You are told of every answer, and of none."
    ),
}
_ENDS = {
    RelayEnd.ACCEPTED: "was accepted",
    RelayEnd.DECLINED: "was declined",
    RelayEnd.RETURNED: "went back to its sender",
    RelayEnd.WITHDRAWN: "was taken back",
    RelayEnd.UNANSWERED: "got no answer in time",
}


class _Asked(NamedTuple):
    task: Task
    relay: Relay | None
    viewer: SlackUserId

    def name(self, user: SlackUserId) -> str:
        return person(user, self.viewer)


def refusal_text(
    reason: RefusalReason, task: Task, relay: Relay | None, viewer: SlackUserId
) -> str:
    """Explain a refusal: cause, person, time and next step. Nothing was changed."""
    return _REFUSALS[reason](_Asked(task, relay or task.relay, viewer))


def refused(text: str) -> Message:
    """A refusal's text in a conversation, where Slack makes no links of its own out of a title."""
    return Message(text, [section(text)])


def saved_text(what: str) -> str:
    """The answer to a request, such as "a new task", that is saved but not yet carried out."""
    return f"Saved: {what}. What comes of it follows in a moment."


def not_saved(error_text: str, typed: str) -> Message:
    """Report an error, and give back the typed text so that the person can send it again."""
    problem = escape(clip(error_text, _ERROR_SHOWN))
    if not typed.strip():
        return Message(problem, [section(problem)])
    text = f"{problem} Here is your text, to send again:"
    return Message(text, [section(text), *verbatim(typed.strip()[:TYPED_SHOWN])])


def unknown_command(command: str) -> Message:
    """Say which commands there are."""
    shown = code(command, _COMMAND_SHOWN)
    text = f"RelAI does not know {shown}. Try `/task help` or `/relay help`."
    return Message(text, [section(text)])


def help_message(topic: Literal["task", "relay"]) -> Message:
    """The commands, with examples."""
    return Message(_HELP[topic], [section(_HELP[topic])])


def _task_closed(asked: _Asked) -> str:
    task = asked.task
    verb = "completed" if task.status is TaskStatus.COMPLETED else "cancelled"
    by = f" by {asked.name(task.closed_by)}" if task.closed_by else ""
    by += through(task.closed_via)
    at = f" ({due_text(task.closed_at)})" if task.closed_at else ""
    return f"{title_of(task)} was already {verb}{by}{at}. There is nothing left to do."


def _not_the_owner(asked: _Asked) -> str:
    owner = mention(asked.task.owner)
    return f"{title_of(asked.task)} is with {owner}, so only {owner} can do that. Ask {owner}."


def _not_involved(asked: _Asked) -> str:
    task = asked.task
    people = " and ".join(dict.fromkeys((mention(task.owner), mention(task.creator))))
    return f"Only {people} can change {title_of(task)}. Ask there."


def _not_the_receiver(asked: _Asked) -> str:
    if asked.relay is None:
        return _not_the_owner(asked)
    receiver = mention(asked.relay.to_user)
    return f"{title_of(asked.task)} was offered to {receiver}, so only {receiver} can answer."


def _not_the_sender(asked: _Asked) -> str:
    if asked.relay is None:
        return _not_the_owner(asked)
    sender = mention(asked.relay.from_user)
    return f"{sender} handed {title_of(asked.task)} over, so only {sender} can take it back."


def _relay_open(asked: _Asked) -> str:
    if asked.relay is None:
        return _not_the_owner(asked)
    until = due_text(asked.relay.answer_by)
    return (
        f"{title_of(asked.task)} is already offered to {mention(asked.relay.to_user)}, who may "
        f"answer until {until}. Take it back first, or wait for the answer."
    )


def _relay_ended(asked: _Asked) -> str:
    task, relay = asked.task, asked.relay
    how = "is over"
    if relay is not None and relay.end is not None:
        how = _ENDS[relay.end]
        how += f" ({due_text(relay.ended_at)})" if relay.ended_at else ""
    return f"That hand-over of {title_of(task)} {how}. The task is {_place(asked)}."


def _same_person(asked: _Asked) -> str:
    return f"{title_of(asked.task)} is yours already. Pick somebody else to hand it to."


def _unreachable(asked: _Asked) -> str:
    return (
        f"{title_of(asked.task)} was not handed over: that person can't hold a task. It may be a "
        f"bot, a guest, a deactivated account or somebody of another company. The task is "
        f"{_place(asked)}; pick somebody else."
    )


def _already_used(asked: _Asked) -> str:
    return f"That was carried out before, on another task. {title_of(asked.task)} is unchanged."


def _place(asked: _Asked) -> str:
    owner = asked.task.owner
    return "yours" if owner == asked.viewer else f"with {mention(owner)}"


_REFUSALS: dict[RefusalReason, Callable[[_Asked], str]] = {
    RefusalReason.TASK_CLOSED: _task_closed,
    RefusalReason.NOT_THE_OWNER: _not_the_owner,
    RefusalReason.NOT_INVOLVED: _not_involved,
    RefusalReason.NOT_THE_RECEIVER: _not_the_receiver,
    RefusalReason.NOT_THE_SENDER: _not_the_sender,
    RefusalReason.RELAY_OPEN: _relay_open,
    RefusalReason.RELAY_ENDED: _relay_ended,
    RefusalReason.SAME_PERSON: _same_person,
    RefusalReason.UNREACHABLE: _unreachable,
    RefusalReason.ALREADY_USED: _already_used,
}
