"""Notices: the text of each kind, for the first post and for later edits of its card."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from relai_core.blockkit import relay_texts, tasks
from relai_core.blockkit.answers import refusal_text
from relai_core.blockkit.buttons import card_buttons
from relai_core.blockkit.elements import (
    Block,
    actions,
    context,
    mention,
    quote,
    section,
    through,
    title_of,
)
from relai_core.blockkit.relays import relay_note, relay_sent
from relai_core.blockkit.reminders import late_text, reminder_text
from relai_core.blockkit.users import follow_up_text, summary_text, welcome_text
from relai_core.domain.ids import SlackUserId
from relai_core.domain.notice import Notice, NoticeKind
from relai_core.domain.relay import Relay
from relai_core.domain.task import DESCRIPTION_LIMIT, Task
from relai_core.ports import Message

_Value = TypeVar("_Value")


def notice_message(
    notice: Notice, task: Task | None, relay: Relay | None, *, now: datetime
) -> Message:
    """Render a notice for `task` as it stands.

    `now` is the moment of the post. An edit of a posted card passes that same moment again, because
    lateness and "due now" describe the post, not the edit.

    Raises:
        ValueError: the kind needs a task, a relay or another field that is missing.
    """
    return _RENDERERS[notice.kind](_Scene(notice, task, relay, now))


def has_buttons(message: Message) -> bool:
    """True if the message holds a button, so it must be edited when its task changes."""
    return any(block["type"] == "actions" or "accessory" in block for block in message.blocks)


@dataclass(frozen=True, slots=True)
class _Scene:
    """A notice with its task and its relay. A property raises if this kind needs a missing part."""

    notice: Notice
    found_task: Task | None
    found_relay: Relay | None
    now: datetime

    @property
    def task(self) -> Task:
        return _needed("task", self.found_task)

    @property
    def relay(self) -> Relay:
        # The task carries its latest relay, read together with its owner: the two agree.
        latest = self.task.relay
        if latest is not None and latest.id == self.notice.relay_id:
            return latest
        return _needed("relay", self.found_relay)

    @property
    def viewer(self) -> SlackUserId:
        return _needed("recipient", self.notice.recipient)

    @property
    def subject(self) -> SlackUserId:
        return _needed("subject", self.notice.subject or self.notice.recipient)

    @property
    def counts(self) -> tuple[int, int]:
        return _needed("counts", self.notice.counts)

    @property
    def late(self) -> str:
        return late_text(self.notice.planned_at, self.now)


def _needed(name: str, value: _Value | None) -> _Value:
    if value is None:
        raise ValueError(f"this kind of notice needs its {name}")
    return value


def _card(scene: _Scene, text: str, *details: Block, late: str = "") -> Message:
    """A sentence, details, the facts and the viewer's buttons; for a closed task only its end."""
    task, viewer = scene.task, scene.viewer
    if not task.is_open:
        return _plain(tasks.closed_text(task, viewer))
    blocks = [
        section(text),
        *details,
        *context(tasks.facts(task)),
        # A card about a relay describes the relay in its first sentence.
        *context("" if scene.notice.relay_id else tasks.state_text(task)),
        *context(late),
        *actions(card_buttons(task, viewer, scene.notice.relay_id)),
    ]
    return Message(text, blocks)


def _plain(text: str, *details: Block) -> Message:
    return Message(text, [section(text), *details])


def _created(scene: _Scene) -> Message:
    text = f"Your task was created as {scene.task.key}. "
    return _plain(text + tasks.task_created(scene.task, scene.viewer).text)


def _updated(scene: _Scene) -> Message:
    task = scene.task
    text = f"Your change to {title_of(task)} is in place."
    details = (tasks.facts(task), tasks.state_text(task))
    return _plain(text, *context(*details))


def _refused(scene: _Scene) -> Message:
    refusal = _needed("refusal", scene.notice.refusal)
    return _plain(refusal_text(refusal, scene.task, scene.found_relay, scene.viewer))


def _assigned(scene: _Scene) -> Message:
    task, viewer, giver = scene.task, scene.viewer, scene.notice.actor
    if viewer != task.owner:
        return _card(scene, tasks.moved_text(task))
    by = through(task.via)
    given = f"{mention(giver)}{by} gave you" if giver and giver != viewer else f"On your list{by}:"
    text = f"{given} {title_of(task)}{tasks.due_clause(task)}."
    return _card(scene, text, *quote(task.description, DESCRIPTION_LIMIT))


def _closed(scene: _Scene) -> Message:
    text = tasks.closed_text(scene.task, scene.viewer)
    return _plain(f"{text} There is nothing left for you to do.")


def _taken_back(scene: _Scene) -> Message:
    task, taker = scene.task, scene.notice.actor
    if scene.viewer == task.owner:
        return _card(scene, f"{title_of(task)} is yours again.")
    who = f"{mention(taker)} took" if taker else "The sender took"
    return _card(scene, f"{who} {title_of(task)} back. There is nothing left for you to do.")


def _sent(scene: _Scene) -> Message:
    if scene.task.is_open:
        return relay_sent(scene.task, scene.relay)
    return _plain(tasks.closed_text(scene.task, scene.viewer))


def _offered(scene: _Scene) -> Message:
    text = relay_texts.relay_received_text(scene.task, scene.relay)
    description = quote(scene.task.description, DESCRIPTION_LIMIT)
    late = scene.late if scene.relay.is_open else ""
    return _card(scene, text, *relay_note(scene.relay), *description, late=late)


def _nudged(scene: _Scene) -> Message:
    return _card(scene, relay_texts.relay_nudge_text(scene.task, scene.relay))


def _relay_ended(scene: _Scene) -> Message:
    if scene.viewer != scene.relay.from_user:
        return _card(scene, relay_texts.relay_received_text(scene.task, scene.relay))
    text = relay_texts.relay_ended_text(scene.task, scene.relay)
    if scene.task.is_open:
        return _card(scene, text)
    # The sender reads here about the relay's end and about the task's end, which caused it.
    closed = tasks.closed_text(scene.task, scene.viewer)
    return Message(f"{text} {closed}", [section(text), section(closed)])


def _reminder(scene: _Scene) -> Message:
    task, viewer = scene.task, scene.viewer
    is_overdue = scene.notice.kind is NoticeKind.REMINDER_OVERDUE
    if viewer != task.owner and not (is_overdue and viewer == task.creator):
        return _card(scene, tasks.moved_text(task))
    due_at = _needed("due_at", scene.notice.due_at)
    return _card(scene, reminder_text(task, viewer, due_at, scene.now), late=scene.late)


def _welcome(scene: _Scene) -> Message:
    return _plain(welcome_text(scene.subject))


def _follow_up(scene: _Scene) -> Message:
    return _plain(follow_up_text(scene.subject, *scene.counts))


def _summary(scene: _Scene) -> Message:
    return _plain(summary_text(_needed("subject", scene.notice.subject), *scene.counts))


_RENDERERS: dict[NoticeKind, Callable[[_Scene], Message]] = {
    NoticeKind.TASK_CREATED: _created,
    NoticeKind.TASK_ASSIGNED: _assigned,
    NoticeKind.TASK_COMPLETED: _closed,
    NoticeKind.TASK_CANCELLED: _closed,
    NoticeKind.TASK_TAKEN_BACK: _taken_back,
    NoticeKind.TASK_UPDATED: _updated,
    NoticeKind.RELAY_SENT: _sent,
    NoticeKind.RELAY_OFFERED: _offered,
    NoticeKind.RELAY_NUDGED: _nudged,
    NoticeKind.RELAY_ENDED: _relay_ended,
    NoticeKind.REQUEST_REFUSED: _refused,
    NoticeKind.REMINDER_DAY_BEFORE: _reminder,
    NoticeKind.REMINDER_DUE: _reminder,
    NoticeKind.REMINDER_OVERDUE: _reminder,
    NoticeKind.WELCOME: _welcome,
    NoticeKind.ONBOARDING_FOLLOW_UP: _follow_up,
    NoticeKind.ONBOARDING_SUMMARY: _summary,
}
