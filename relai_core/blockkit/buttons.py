"""The buttons of a card. A card shows only buttons that work for its viewer."""

from relai_core.blockkit.elements import Element, button
from relai_core.blockkit.ids import ActionId
from relai_core.domain.ids import RelayId, SlackUserId
from relai_core.domain.relay import Relay, RelayEnd
from relai_core.domain.task import Task


def card_buttons(
    task: Task, viewer: SlackUserId, about: RelayId | None = None
) -> tuple[Element, ...]:
    """The buttons for every step that `viewer` can take on `task` as it stands.

    A card `about` one relay shows no buttons of a later relay, which has its own card.
    """
    if not task.is_open:
        return ()
    latest = task.relay
    relay = latest if latest is not None and about in (None, latest.id) else None
    answers = _answers(relay, viewer)
    # Only one button stands out: the answer to a relay, else "Mark complete".
    work = _work(task, viewer, stands_out=not answers)
    return (*answers, *work, *take_back(task, relay, viewer))


def take_back(task: Task, relay: Relay | None, viewer: SlackUserId) -> tuple[Element, ...]:
    """The Take back button, while the sender may use it."""
    if relay is None or viewer != relay.from_user or not _returns(task, relay):
        return ()
    return (button("Take back", ActionId.RELAY_TAKE_BACK, relay.id),)


def accept(relay: Relay) -> Element:
    """The Accept button, for the receiver."""
    return button("Accept", ActionId.RELAY_ACCEPT, relay.id, "primary")


def complete(task: Task, *, stands_out: bool = True) -> Element:
    """The Mark complete button."""
    style = "primary" if stands_out else ""
    return button("Mark complete", ActionId.TASK_COMPLETE, task.id, style)


def _answers(relay: Relay | None, viewer: SlackUserId) -> tuple[Element, ...]:
    if relay is None or not relay.is_open or viewer != relay.to_user:
        return ()
    return accept(relay), button("Decline…", ActionId.RELAY_DECLINE, relay.id)


def _work(task: Task, viewer: SlackUserId, *, stands_out: bool) -> tuple[Element, ...]:
    if viewer != task.owner:
        return ()
    done = complete(task, stands_out=stands_out)
    waiting = task.open_relay
    if waiting is not None and waiting.to_user != viewer:
        return (done,)
    return done, button("Hand over…", ActionId.TASK_HAND_OVER, task.id)


def _returns(task: Task, relay: Relay) -> bool:
    if not task.is_open or task.relay is None or task.relay.id != relay.id:
        return False
    unanswered = relay.end is RelayEnd.UNANSWERED and task.owner == relay.to_user
    return relay.is_open or unanswered
