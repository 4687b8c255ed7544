"""Tasks: the card, the list, the form, and the sentences about a task's state."""

from collections.abc import Callable, Sequence
from datetime import datetime

from relai_core.blockkit import buttons
from relai_core.blockkit.elements import (
    Block,
    Element,
    actions,
    context,
    due_text,
    mention,
    person,
    quote,
    section,
    through,
    title_of,
)
from relai_core.blockkit.ids import CallbackId, InputId
from relai_core.blockkit.inputs import modal, moment_input, person_input, text_input
from relai_core.domain.ids import ChannelId, SlackUserId
from relai_core.domain.relay import RelayMode
from relai_core.domain.task import DESCRIPTION_LIMIT, TITLE_LIMIT, Task, TaskStatus
from relai_core.ports import Message

ROWS_SHOWN = 14
"""Tasks per part of the list: three parts, with their headings, stay below 50 blocks."""

_BAR = 10


def task_card(task: Task, viewer: SlackUserId) -> Message:
    """One task in full, with the buttons for `viewer`."""
    blocks = [
        section(title_of(task)),
        *quote(task.description, DESCRIPTION_LIMIT),
        *context(facts(task)),
        *context(state_text(task)),
        *actions(buttons.card_buttons(task, viewer)),
    ]
    holder = f"{title_of(task)} is with {mention(task.owner)}{due_clause(task)}"
    return Message(holder if task.is_open else closed_text(task, viewer), blocks)


def task_created(task: Task, viewer: SlackUserId) -> Message:
    """The answer to the creator of a task: its number, its owner and its due date."""
    holder = "yours" if task.owner == viewer else f"with {mention(task.owner)}"
    text = f"{title_of(task)} is {holder}{due_clause(task)}."
    return Message(text, [section(text), *context(_next_step(task, viewer))])


def task_list(
    offered: Sequence[Task], owned: Sequence[Task], created: Sequence[Task], viewer: SlackUserId
) -> Message:
    """The viewer's list: open offers, tasks the viewer owns, tasks the viewer gave to others."""
    waiting = {task.id for task in offered}
    # A receiver already owns a task handed over directly, and must still accept it: show it once.
    held = [task for task in owned if task.id not in waiting]
    text = f"{len(offered)} to accept, {len(held)} yours, {len(created)} waiting on others."
    blocks = [
        *_part("For you to accept", offered, _accept_row),
        *_part("Yours", held, _owned_row),
        *_part("Waiting on others", created, _created_row),
    ]
    if not blocks:
        text = f"Nothing is open for you, {mention(viewer)}. `/task new` makes a task."
        return Message(text, [section(text)])
    return Message(text, blocks)


def task_form(
    *,
    title: str = "",
    description: str = "",
    owner: SlackUserId | None = None,
    due_at: datetime | None = None,
    channel: ChannelId | None = None,
) -> Element:
    """A form for a new task, filled in as far as known. The channel travels along."""
    blocks = [
        text_input(InputId.TITLE, "What is to be done?", TITLE_LIMIT, title),
        text_input(
            InputId.DESCRIPTION,
            "Details",
            DESCRIPTION_LIMIT,
            description,
            multiline=True,
            optional=True,
        ),
        person_input(
            InputId.OWNER,
            "Who does it?",
            owner,
            optional=True,
            hint="You, if you pick nobody.",
        ),
        moment_input(InputId.DUE, "Due", due_at, hint="In your own time zone."),
    ]
    return modal(
        CallbackId.TASK_FORM, "New task", blocks, submit="Create", private_metadata=channel or ""
    )


def due_clause(task: Task) -> str:
    """`, due …` to end a sentence with, or nothing."""
    return f", due {due_text(task.due_at)}" if task.due_at else ""


def facts(task: Task) -> str:
    """Owner, due date, progress and origin, on one line."""
    parts = [f"Owner {mention(task.owner)}"]
    if task.due_at:
        parts.append(f"Due {due_text(task.due_at)}")
    if task.progress or not task.is_open:
        parts.append(progress_text(task.progress))
    if task.creator != task.owner:
        parts.append(f"From {mention(task.creator)}")
    return "  ·  ".join(parts)


def progress_text(progress: int) -> str:
    """The progress, as a bar and a number."""
    full = progress * _BAR // 100
    return f"{'▓' * full}{'░' * (_BAR - full)} {progress} %"


def closed_text(task: Task, viewer: SlackUserId) -> str:
    """The end of a closed task: `T-42 *title*: Done by @bo, …`."""
    return f"{title_of(task)}: {_end(task, viewer)}."


def moved_text(task: Task) -> str:
    """For a former owner: the task's owner now."""
    return f"{title_of(task)}: handed to {mention(task.owner)}, {due_text(task.owner_since)}."


def state_text(task: Task) -> str:
    """The line below a card's facts: the task's end, or a hand-over that waits for an answer."""
    if not task.is_open:
        return _end(task)
    relay = task.open_relay
    if relay is None:
        return ""
    verb = "Handed to" if relay.mode is RelayMode.DIRECT else "Offered to"
    until = due_text(relay.answer_by)
    sender = f"{mention(relay.from_user)}{through(relay.via)}"
    return f"{verb} {mention(relay.to_user)} by {sender}, answer by {until}"


def _end(task: Task, viewer: SlackUserId | None = None) -> str:
    verb = "Done" if task.status is TaskStatus.COMPLETED else "Cancelled"
    by = f" by {person(task.closed_by, viewer)}" if task.closed_by else ""
    by += through(task.closed_via)
    return f"{verb}{by}, {due_text(task.closed_at)}" if task.closed_at else f"{verb}{by}"


def _next_step(task: Task, viewer: SlackUserId) -> str:
    if task.owner == viewer:
        return f"When it is done: `/task done {task.key}`. To hand it over: `/relay`."
    return f"{mention(task.owner)} has been told, and you hear when it is done."


def _part(heading: str, tasks: Sequence[Task], row: Callable[[Task], Block]) -> list[Block]:
    if not tasks:
        return []
    more = len(tasks) - ROWS_SHOWN
    return [
        section(f"*{heading}* ({len(tasks)})"),
        *[row(task) for task in tasks[:ROWS_SHOWN]],
        *context(f"… and {more} more" if more > 0 else ""),
    ]


def _accept_row(task: Task) -> Block:
    relay = task.open_relay
    accept = buttons.accept(relay) if relay else None
    sender = f", from {mention(relay.from_user)}" if relay else ""
    return section(f"{title_of(task)}{sender}{due_clause(task)}", accept)


def _owned_row(task: Task) -> Block:
    progress = f"  ·  {progress_text(task.progress)}" if task.progress else ""
    return section(f"{title_of(task)}{due_clause(task)}{progress}", buttons.complete(task))


def _created_row(task: Task) -> Block:
    return section(f"{title_of(task)} is with {mention(task.owner)}{due_clause(task)}")
