"""The texts for the sender and the receiver of a hand-over, from the offer to its end."""

from collections.abc import Callable

from relai_core.blockkit.elements import due_text, inline, mention, through, title_of, token
from relai_core.blockkit.tasks import due_clause
from relai_core.domain.relay import Relay, RelayEnd, RelayMode
from relai_core.domain.task import Task
from relai_core.domain.user import Unreachable

MANY_HOPS = 4
"""From this hand-over on, the sender is asked to consider a talk instead."""

_REASON_SHOWN = 1000
_OBSTACLES: dict[str, str] = {
    Unreachable.BOT: "a bot can't hold a task",
    Unreachable.DEACTIVATED: "the account is deactivated",
    Unreachable.GUEST: "guests can't be given tasks",
    Unreachable.OUTSIDER: "people of other companies can't be given tasks",
}


def relay_sent_text(task: Task, relay: Relay) -> str:
    """For the sender: the owner, the time for an answer, and the effect of no answer."""
    receiver, until = mention(relay.to_user), due_text(relay.answer_by)
    if relay.mode is RelayMode.DIRECT:
        text = (
            f"{title_of(task)} is with {receiver} now: {receiver} owns it. An answer is awaited by "
            f"{until}; without one you are told and can take it back."
        )
    else:
        text = (
            f"{title_of(task)} is offered to {receiver}. *You still own it* until {receiver} "
            f"accepts. Without an answer by {until} it stays with you."
        )
    return f"{text}{_in_your_name(relay)}"


def relay_warning(task: Task, relay: Relay) -> str:
    """A warning about a loop or about many hand-overs; empty if there is neither."""
    if not relay.is_open:
        return ""
    earlier = task.hops[:-1] if relay.mode is RelayMode.DIRECT else task.hops
    parts = []
    if relay.to_user in earlier:
        parts.append(f"⚠️ {mention(relay.to_user)} has held this task before.")
    if task.relay_count >= MANY_HOPS:
        parts.append(f"⚠️ This is hand-over number {task.relay_count}: maybe talk it over?")
    return " ".join(parts)


def relay_ended_text(task: Task, relay: Relay) -> str:
    """For the sender: the end of the relay."""
    if relay.end is None:
        raise ValueError(f"relay {relay.id} has not ended")
    return f"{_ENDED[relay.end](task, relay)}{_in_your_name(relay)}"


def relay_received_text(task: Task, relay: Relay) -> str:
    """For the receiver: the question, or the end of the relay."""
    if relay.end is None:
        return _offer_text(task, relay)
    return _RECEIVED[relay.end](task, relay)


def relay_nudge_text(task: Task, relay: Relay) -> str:
    """For the receiver: the question again, or the end of the relay."""
    if relay.end is not None:
        return relay_received_text(task, relay)
    return (
        f"{mention(relay.from_user)} still waits for your answer on {title_of(task)}. "
        f"Please accept or decline by {due_text(relay.answer_by)}."
    )


def _in_your_name(relay: Relay) -> str:
    """The reason why a sender who pressed no button reads about a hand-over."""
    return f" It was handed over in your name through {token(relay.via)}." if relay.via else ""


def _offer_text(task: Task, relay: Relay) -> str:
    sender, until = mention(relay.from_user), due_text(relay.answer_by)
    giver = f"{sender}{through(relay.via)}"
    if relay.mode is RelayMode.DIRECT:
        return (
            f"{giver} handed you {title_of(task)}{due_clause(task)}. It is yours now: please "
            f"accept it, or decline, by {until}."
        )
    return (
        f"{giver} asks you to take {title_of(task)}{due_clause(task)}. Please accept or decline "
        f"by {until}; until you accept, {sender} keeps it."
    )


def _home(task: Task, relay: Relay) -> str:
    """For the sender: the task's owner after the hand-over."""
    if task.is_open and task.owner == relay.from_user:
        return "It is yours again."
    return f"It is with {mention(task.owner)} now." if task.is_open else ""


def _accepted(task: Task, relay: Relay) -> str:
    accepted = f"{mention(relay.to_user)} accepted {title_of(task)}{_at(relay)}."
    return f"{accepted} {_home(task, relay)}".strip()


def _declined(task: Task, relay: Relay) -> str:
    reason = f": “{inline(relay.reason, _REASON_SHOWN)}”." if relay.reason.strip() else "."
    declined = f"{mention(relay.to_user)} declined {title_of(task)}{_at(relay)}{reason}"
    return f"{declined} {_home(task, relay)}".strip()


def _returned(task: Task, relay: Relay) -> str:
    receiver = mention(relay.to_user)
    if relay.reason:
        obstacle = _OBSTACLES.get(relay.reason) or inline(relay.reason, _REASON_SHOWN)
        why = f"{receiver} can't be reached ({obstacle}), so {title_of(task)} did not get there."
    else:
        by = due_text(relay.answer_by)
        why = f"{receiver} did not answer by {by}, so {title_of(task)} came back."
    return f"{why} {_home(task, relay)}".strip()


def _unanswered(task: Task, relay: Relay) -> str:
    receiver = mention(relay.to_user)
    text = f"{receiver} hasn't answered about {title_of(task)} by {due_text(relay.answer_by)}."
    if task.is_open and task.owner == relay.to_user:
        return f"{text} {receiver} still owns it; you can take it back."
    return f"{text} {_home(task, relay)}".strip()


def _withdrawn(task: Task, relay: Relay) -> str:
    how = "taken back" if task.is_open else "withdrawn"
    ended = f"The hand-over of {title_of(task)} to {mention(relay.to_user)} was {how}"
    return f"{ended}{_at(relay)}. {_home(task, relay)}".strip()


def _at(relay: Relay) -> str:
    return f", {due_text(relay.ended_at)}" if relay.ended_at else ""


_ENDED: dict[RelayEnd, Callable[[Task, Relay], str]] = {
    RelayEnd.ACCEPTED: _accepted,
    RelayEnd.DECLINED: _declined,
    RelayEnd.RETURNED: _returned,
    RelayEnd.UNANSWERED: _unanswered,
    RelayEnd.WITHDRAWN: _withdrawn,
}


def _you_accepted(task: Task, relay: Relay) -> str:
    where = "It is yours" if task.owner == relay.to_user else f"It is with {mention(task.owner)}"
    return f"You accepted {title_of(task)} from {mention(relay.from_user)}{_at(relay)}. {where}."


def _you_declined(task: Task, relay: Relay) -> str:
    return f"You declined {title_of(task)}{_at(relay)}. {mention(relay.from_user)} has been told."


def _you_missed(task: Task, relay: Relay) -> str:
    text = f"The time to answer about {title_of(task)} is over ({due_text(relay.answer_by)})."
    if task.owner == relay.to_user:
        return f"{text} It is still yours, and {mention(relay.from_user)} has been told."
    return f"{text} It is with {mention(task.owner)} now; there is nothing left for you to do."


def _was_withdrawn(task: Task, relay: Relay) -> str:
    taken = f"{mention(relay.from_user)} took {title_of(task)} back{_at(relay)}."
    return f"{taken} There is nothing left for you to do."


_RECEIVED: dict[RelayEnd, Callable[[Task, Relay], str]] = {
    RelayEnd.ACCEPTED: _you_accepted,
    RelayEnd.DECLINED: _you_declined,
    RelayEnd.RETURNED: _you_missed,
    RelayEnd.UNANSWERED: _you_missed,
    RelayEnd.WITHDRAWN: _was_withdrawn,
}
