"""Texts and buttons of notices."""

from datetime import timedelta
from typing import Any

import pytest

from relai_core.blockkit.ids import ActionId
from relai_core.blockkit.notices import has_buttons, notice_message
from relai_core.domain.ids import SlackUserId, TokenName
from relai_core.domain.notice import LATE_AFTER, Notice, NoticeKind
from relai_core.domain.relay import Relay, RelayEnd, RelayMode
from relai_core.domain.task import Task
from relai_core.ports import Message
from tests.relai_core.blockkit.builders import (
    ANA,
    BO,
    CI,
    CY,
    NOW,
    RELAY_ID,
    TASK_ID,
    a_closed_task,
    a_notice,
    a_relay,
    a_task,
    a_task_with,
    an_ended_relay,
)

WORK = {ActionId.TASK_COMPLETE: TASK_ID, ActionId.TASK_HAND_OVER: TASK_ID}
ANSWERS = {ActionId.RELAY_ACCEPT: RELAY_ID, ActionId.RELAY_DECLINE: RELAY_ID}
TAKE_BACK = {ActionId.RELAY_TAKE_BACK: RELAY_ID}


def rendered(
    kind: NoticeKind, task: Task, viewer: SlackUserId = ANA, relay: Relay | None = None
) -> Message:
    return notice_message(a_notice(kind, viewer), task, relay or task.relay, now=NOW)


def buttons(message: Message) -> dict[str, str]:
    """The value of each button, by its action id."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return {button["action_id"]: button["value"] for row in rows for button in row}


def words(message: Message) -> str:
    """Return all the text that a person reads."""
    return "\n".join(_words(block) for block in message.blocks)


def _words(part: Any) -> str:
    if isinstance(part, dict):
        return "\n".join(_words(value) for key, value in part.items() if key in _SHOWN)
    return "\n".join(_words(each) for each in part) if isinstance(part, list) else str(part)


_SHOWN = {"text", "elements"}


def test_an_owner_can_complete_and_hand_over() -> None:
    assert buttons(rendered(NoticeKind.TASK_ASSIGNED, a_task())) == WORK


def test_other_people_have_no_buttons() -> None:
    message = rendered(NoticeKind.TASK_ASSIGNED, a_task(), viewer=CY)

    assert not has_buttons(message)
    assert f"handed to <@{ANA}>" in message.text


def test_a_direct_receiver_can_answer_and_work() -> None:
    message = rendered(NoticeKind.RELAY_OFFERED, a_task_with(a_relay()), viewer=BO)

    assert buttons(message) == ANSWERS | WORK


def test_a_receiver_in_handshake_mode_can_only_answer() -> None:
    task = a_task_with(a_relay(mode=RelayMode.HANDSHAKE))

    assert buttons(rendered(NoticeKind.RELAY_OFFERED, task, viewer=BO)) == ANSWERS


def test_handshake_sender_can_complete_and_take_back() -> None:
    task = a_task_with(a_relay(mode=RelayMode.HANDSHAKE))

    message = rendered(NoticeKind.TASK_ASSIGNED, task)

    assert buttons(message) == {ActionId.TASK_COMPLETE: TASK_ID} | TAKE_BACK


def test_sender_can_take_back_before_the_answer() -> None:
    assert buttons(rendered(NoticeKind.RELAY_SENT, a_task_with(a_relay()))) == TAKE_BACK


def test_sender_can_take_back_an_unanswered_relay() -> None:
    task = a_task_with(an_ended_relay(RelayEnd.UNANSWERED))

    assert buttons(rendered(NoticeKind.RELAY_ENDED, task)) == TAKE_BACK


def test_passed_on_task_cannot_be_taken_back() -> None:
    task = a_task_with(an_ended_relay(RelayEnd.UNANSWERED), owner=CY)

    assert not has_buttons(rendered(NoticeKind.RELAY_ENDED, task))


def test_an_accepted_offer_turns_into_the_new_owners_card() -> None:
    task = a_task_with(an_ended_relay(RelayEnd.ACCEPTED))

    assert buttons(rendered(NoticeKind.RELAY_OFFERED, task, viewer=BO)) == WORK


@pytest.mark.parametrize("end", [RelayEnd.DECLINED, RelayEnd.RETURNED, RelayEnd.WITHDRAWN])
def test_returned_offer_has_no_buttons(end: RelayEnd) -> None:
    task = a_task_with(an_ended_relay(end))

    assert not has_buttons(rendered(NoticeKind.RELAY_OFFERED, task, viewer=BO))


def test_card_of_an_old_relay_ignores_a_later_one() -> None:
    later = a_relay(id="T1-later")
    message = rendered(
        NoticeKind.RELAY_SENT, a_task_with(later), relay=an_ended_relay(RelayEnd.DECLINED)
    )

    assert not has_buttons(message)


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind.is_card])
@pytest.mark.parametrize("viewer", [ANA, BO])
def test_closed_card_names_its_closer_and_has_no_buttons(
    kind: NoticeKind, viewer: SlackUserId
) -> None:
    task = a_closed_task(relay=an_ended_relay(RelayEnd.ACCEPTED))

    message = rendered(kind, task, viewer)

    assert not has_buttons(message)
    assert f"Done by {'you' if viewer == BO else '<@UBO>'}, <!date^" in message.text


def test_card_names_the_token_that_assigned_it() -> None:
    task = a_task(owner=BO, hops=(BO,), via=CI)

    message = rendered(NoticeKind.TASK_ASSIGNED, task, viewer=BO)

    assert message.text.startswith(f"<@{ANA}> (through `ci`) gave you T-42")
    assert words(message).count("`ci`") == 1


def test_card_of_an_own_task_names_its_token() -> None:
    message = rendered(NoticeKind.TASK_ASSIGNED, a_task(via=CI))

    assert message.text.startswith("On your list (through `ci`): T-42")


@pytest.mark.parametrize(
    ("mode", "said"), [(RelayMode.DIRECT, "handed you"), (RelayMode.HANDSHAKE, "asks you to take")]
)
def test_offer_names_its_token(mode: RelayMode, said: str) -> None:
    task = a_task_with(a_relay(mode=mode, via=CI))

    message = rendered(NoticeKind.RELAY_OFFERED, task, viewer=BO)

    assert message.text.startswith(f"<@{ANA}> (through `ci`) {said} T-42")
    assert words(message).count("`ci`") == 1


@pytest.mark.parametrize("kind", [NoticeKind.TASK_COMPLETED, NoticeKind.TASK_ASSIGNED])
def test_closed_task_names_the_token_that_closed_it(kind: NoticeKind) -> None:
    """The token that assigned the task is not the one that closed it."""
    task = a_closed_task(via=TokenName("other"), closed_via=CI)

    message = rendered(kind, task, viewer=BO)

    assert "Done by you (through `ci`), <!date^" in message.text
    assert "other" not in words(message)


def test_a_card_names_the_token_of_an_open_hand_over() -> None:
    task = a_task_with(a_relay(via=CI))

    message = rendered(NoticeKind.TASK_ASSIGNED, task, viewer=CY)

    assert f"Handed to <@{BO}> by <@{ANA}> (through `ci`)" in words(message)


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if not kind.is_card])
def test_a_message_that_is_never_edited_has_no_button(kind: NoticeKind) -> None:
    assert not has_buttons(rendered(kind, a_task_with(a_relay())))


def test_a_late_reminder_says_how_late() -> None:
    notice = a_notice(NoticeKind.REMINDER_DUE, due_at=NOW)
    task = a_task(due_at=NOW)

    message = notice_message(notice, task, None, now=NOW + timedelta(hours=3))

    assert "This is 3 h late" in words(message)


def test_nearly_punctual_reminder_is_not_called_late() -> None:
    notice = a_notice(NoticeKind.REMINDER_DUE, due_at=NOW)

    message = notice_message(notice, a_task(due_at=NOW), None, now=NOW + LATE_AFTER)

    assert "late" not in words(message)


def test_a_late_offer_says_how_late() -> None:
    notice = a_notice(NoticeKind.RELAY_OFFERED, BO)
    task = a_task_with(a_relay())

    message = notice_message(notice, task, task.relay, now=NOW + timedelta(days=3))

    assert "This is 3 days late" in words(message)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(days=-1), "is due <!date^"),
        (timedelta(0), "is due now"),
        (timedelta(minutes=40), "is overdue by 40 min: it was due <!date^"),
        (timedelta(days=5), "is overdue by 5 days: it was due <!date^"),
    ],
)
def test_reminder_shows_the_time_to_the_due_date(after: timedelta, said: str) -> None:
    notice = a_notice(NoticeKind.REMINDER_DUE, due_at=NOW)

    message = notice_message(notice, a_task(due_at=NOW), None, now=NOW + after)

    assert said in message.text


def test_reminder_of_a_moved_date_says_so() -> None:
    moved = a_task(due_at=NOW + timedelta(days=9))

    assert "has moved" in rendered(NoticeKind.REMINDER_DAY_BEFORE, moved).text


def test_overdue_reminder_names_the_owner_to_the_creator() -> None:
    task = a_task(owner=BO, hops=(ANA, BO))

    assert f"which <@{BO}> holds" in rendered(NoticeKind.REMINDER_OVERDUE, task, viewer=ANA).text


def test_card_shows_the_progress() -> None:
    assert "▓▓▓▓▓▓░░░░ 60 %" in words(rendered(NoticeKind.TASK_ASSIGNED, a_task(progress=60)))


def test_offer_shows_note_and_description() -> None:
    task = a_task_with(a_relay(note="staging is next"), description="see the wiki")

    message = rendered(NoticeKind.RELAY_OFFERED, task, viewer=BO)

    assert "> staging is next" in words(message)
    assert "> see the wiki" in words(message)


def test_onboarding_summary_names_its_subject() -> None:
    message = rendered(NoticeKind.ONBOARDING_SUMMARY, a_task())

    assert f"<@{CY}>" in message.text
    assert "1 of 3 first tasks is still open" in message.text


def test_notice_without_its_task_is_an_error() -> None:
    notice = Notice(
        team_id="T1", kind=NoticeKind.TASK_ASSIGNED, moment="m", planned_at=NOW, recipient=ANA
    )

    with pytest.raises(ValueError, match="needs its task"):
        notice_message(notice, None, None, now=NOW)
