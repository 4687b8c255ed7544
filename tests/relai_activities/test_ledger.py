"""Told once: what the ledger makes of every way in which a post can go."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError

from relai_activities import notices
from relai_activities.notices import BEGUN_WITHIN, LONGEST_CALL
from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import ChannelId, SlackUserId
from relai_core.domain.notice import Notice, NoticeKind, NoticeState
from relai_core.domain.user import User
from relai_core.errors import (
    AmbiguousDeliveryError,
    InstallationBrokenError,
    MessengerError,
    MissingScopeError,
    RateLimitedError,
    RejectedMessageError,
    TransientMessengerError,
    UndeliverableError,
)
from relai_core.slack.client import CALL_TIMEOUT
from tests.relai_activities.activity_harness import ActivityHarness, a_notice
from tests.relai_activities.fakes import FakeMessenger
from tests.relai_core.builders import BEN, TEAM, Changes

WAIT = timedelta(seconds=17)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture(autouse=True)
def _history_shows_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "HISTORY_LAG", timedelta(0))
    monkeypatch.setattr(notices, "LONGEST_CALL", timedelta(0))


LOST = AmbiguousDeliveryError("timeout")


async def fail_to_send(harness: ActivityHarness, notice: Notice) -> None:
    """Try to send, and fail so that Temporal will try again."""
    with pytest.raises(ApplicationError):
        await harness.send(notice)


async def test_what_is_sent_is_written_down(harness: ActivityHarness) -> None:
    notice = await harness.assigned()

    result = await harness.send(notice)

    row = await harness.row(notice)
    assert result.state is row.state is NoticeState.SENT
    assert row.ts in harness.messenger.posted
    assert row.live


async def test_a_retry_after_success_posts_nothing(harness: ActivityHarness) -> None:
    """The worker died after the post, before Temporal heard of it."""
    notice = await harness.assigned()
    await harness.send(notice)

    result = await harness.send(notice)

    assert result.state is NoticeState.SENT
    assert len(harness.messenger.messages) == 1


async def test_an_answer_that_got_lost_makes_a_notice_ambiguous(harness: ActivityHarness) -> None:
    notice = await harness.assigned()

    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)

    assert (await harness.row(notice)).state is NoticeState.AMBIGUOUS


async def test_a_message_that_the_history_shows_is_not_posted_again(
    harness: ActivityHarness,
) -> None:
    notice = await harness.assigned()
    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)

    result = await harness.send(notice)

    row = await harness.row(notice)
    assert result.state is NoticeState.RECONCILED
    assert len(harness.messenger.messages) == 1
    assert (row.ts, row.live) == ("1.0", True)


async def test_a_message_that_the_history_lacks_is_posted(harness: ActivityHarness) -> None:
    notice = await harness.assigned()
    harness.messenger.fails_before.append(LOST)
    await fail_to_send(harness, notice)

    result = await harness.send(notice)

    assert result.state is NoticeState.SENT
    assert len(harness.messenger.messages) == 1


async def test_an_interrupted_post_is_looked_for(harness: ActivityHarness) -> None:
    """The worker died between the post and the ledger."""
    harness.messenger.fails_after.append(asyncio.CancelledError())
    notice = await harness.assigned()
    with pytest.raises(asyncio.CancelledError):
        await harness.send(notice)

    result = await harness.send(notice)

    assert (result.state, result.reason) == (NoticeState.RECONCILED, "interrupted")
    assert len(harness.messenger.messages) == 1


async def test_the_history_is_given_time_to_show_a_message(
    harness: ActivityHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    lag = timedelta(milliseconds=200)
    monkeypatch.setattr(notices, "HISTORY_LAG", lag)
    notice = await harness.assigned()
    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)
    lost_at = (await harness.row(notice)).unknown_since

    await harness.send(notice)

    assert lost_at is not None
    assert datetime.now(UTC) - lost_at >= lag


async def test_an_interrupted_post_is_given_time_to_end(
    harness: ActivityHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker may be cut off from Temporal, and still speak to Slack."""
    longest = timedelta(milliseconds=200)
    monkeypatch.setattr(notices, "LONGEST_CALL", longest)
    notice = await harness.assigned()
    harness.messenger.fails_after.append(asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await harness.send(notice)
    began = (await harness.row(notice)).last_attempt_at

    await harness.send(notice)

    assert began is not None
    assert datetime.now(UTC) - began >= longest


def test_no_call_takes_longer_than_an_interrupted_one_is_given() -> None:
    assert LONGEST_CALL >= BEGUN_WITHIN + CALL_TIMEOUT


async def test_a_lost_answer_is_looked_for_even_after_a_later_try_did_nothing(
    harness: ActivityHarness,
) -> None:
    """Lost, not in the history yet, refused with a 429, and then the history shows it."""
    notice = await harness.assigned()
    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)
    harness.messenger.hidden = True
    harness.messenger.fails_before.append(RateLimitedError("ratelimited", WAIT))
    await fail_to_send(harness, notice)
    harness.messenger.hidden = False

    result = await harness.send(notice)

    assert result.state is NoticeState.RECONCILED
    assert len(harness.messenger.messages) == 1


async def test_a_card_whose_edit_failed_after_the_post_is_edited_by_the_next_try(
    harness: ActivityHarness,
) -> None:
    """The task was completed during the post, and Slack refused the edit."""
    notice = await harness.assigned()
    assert notice.task_id is not None
    task = await harness.store.tasks.find(notice.task_id)
    assert task is not None
    await harness.send(notice)
    await harness.store.tasks.apply(Changes(task).completed(BEN))

    await harness.send(notice)

    (card,) = harness.messenger.messages
    assert not card.has_buttons


async def test_a_nudge_about_what_is_over_is_not_sent(harness: ActivityHarness) -> None:
    offer = await harness.offered()
    nudge = offer.model_copy(update={"kind": NoticeKind.RELAY_NUDGED})
    assert offer.task_id is not None
    task = await harness.store.tasks.find(offer.task_id)
    assert task is not None
    await harness.store.tasks.apply(Changes(task).completed(BEN))

    result = await harness.send(nudge)

    assert (result.state, result.reason) == (NoticeState.SKIPPED, "no longer true")


async def test_a_reconciled_card_shows_the_task_as_it_is_by_now(harness: ActivityHarness) -> None:
    notice = await harness.assigned()
    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)
    assert notice.task_id is not None
    task = await harness.store.tasks.find(notice.task_id)
    assert task is not None
    await harness.store.tasks.apply(Changes(task).completed(BEN))

    await harness.send(notice)

    (card,) = harness.messenger.messages
    assert not card.has_buttons
    assert not (await harness.row(notice)).live


async def test_a_reminder_that_may_have_been_seen_is_not_repeated_blindly(
    harness: ActivityHarness,
) -> None:
    notice = await harness.reminder()
    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)
    harness.messenger.unreadable = MissingScopeError("missing_scope")

    results = [await harness.send(notice), await harness.send(notice)]

    assert {result.state for result in results} == {NoticeState.AMBIGUOUS}
    assert len(harness.messenger.messages) == 1


async def test_a_hand_over_is_rather_offered_twice_than_never(harness: ActivityHarness) -> None:
    notice = await harness.offered()
    harness.messenger.fails_before.append(LOST)
    await fail_to_send(harness, notice)
    harness.messenger.unreadable = UndeliverableError("channel_not_found")

    result = await harness.send(notice)

    assert result.state is NoticeState.SENT
    assert len(harness.messenger.messages) == 1


async def test_a_history_that_a_revoked_token_hides_is_read_once_the_token_is_right(
    harness: ActivityHarness,
) -> None:
    notice = await harness.reminder()
    harness.messenger.fails_before.append(LOST)
    await fail_to_send(harness, notice)
    harness.messenger.unreadable = InstallationBrokenError("token_revoked")
    with pytest.raises(ApplicationError) as raised:
        await harness.send(notice)
    harness.messenger.unreadable = None

    result = await harness.send(notice)

    assert raised.value.next_retry_delay == timedelta(minutes=1)
    assert result.state is NoticeState.SENT
    assert len(harness.messenger.messages) == 1


async def test_once_the_history_was_read_whoever_left_is_skipped(harness: ActivityHarness) -> None:
    """Before that nobody can say whether the offer is there."""
    notice = await harness.offered()
    harness.messenger.fails_before += [LOST, TransientMessengerError("service_unavailable")]
    await fail_to_send(harness, notice)
    harness.messenger.unreadable = MissingScopeError("missing_scope")
    await fail_to_send(harness, notice)
    harness.directory.put(User(team_id=TEAM, id=BEN, name="ben", deleted=True))

    unread = await harness.send(notice)
    harness.messenger.unreadable = None
    read = await harness.send(notice)

    assert (unread.state, unread.reason) == (NoticeState.AMBIGUOUS, "history unreadable")
    assert (read.state, read.reason) == (NoticeState.SKIPPED, "deactivated")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"deleted": True}, "deactivated"), ({"is_bot": True}, "bot"), ({"is_guest": True}, "guest")],
)
async def test_who_can_not_be_reached_is_skipped_with_the_reason(
    harness: ActivityHarness, fields: dict[str, bool], reason: str
) -> None:
    harness.directory.put(User(team_id=TEAM, id=BEN, name="ben", **fields))

    result = await harness.send(await harness.assigned())

    assert (result.state, result.reason) == (NoticeState.SKIPPED, reason)
    assert result.is_undelivered
    assert harness.messenger.messages == []


async def test_who_is_unknown_is_skipped(harness: ActivityHarness) -> None:
    harness.directory.users.clear()

    result = await harness.send(await harness.assigned())

    assert (result.state, result.reason) == (NoticeState.SKIPPED, "unknown")


async def test_a_reminder_that_is_no_longer_true_is_skipped(harness: ActivityHarness) -> None:
    notice = await harness.reminder()
    assert notice.task_id is not None
    task = await harness.store.tasks.find(notice.task_id)
    assert task is not None
    await harness.store.tasks.apply(Changes(task).completed(BEN))

    result = await harness.send(notice)

    assert (result.state, result.reason) == (NoticeState.SKIPPED, "no longer true")


async def test_a_reminder_that_stops_being_true_while_its_dm_is_opened_is_skipped(
    harness: ActivityHarness,
) -> None:
    """Slack takes seconds for that at times, and the turn of a message seconds more."""
    notice = await harness.reminder()
    harness.messenger = _CompletesMeanwhile(harness)

    result = await harness.send(notice)

    assert (result.state, result.reason) == (NoticeState.SKIPPED, "no longer true")
    assert not harness.messenger.messages


class _CompletesMeanwhile(FakeMessenger):
    """Takes so long to open a DM that Ben has completed everything by then."""

    def __init__(self, harness: ActivityHarness) -> None:
        super().__init__()
        self._store = harness.store

    async def open_dm(self, user_id: SlackUserId) -> ChannelId:
        for task in await self._store.tasks.list_owned(TEAM, BEN, 1):
            await self._store.tasks.apply(Changes(task).completed(BEN))
        return await super().open_dm(user_id)


async def test_a_post_whose_channel_was_claimed_too_long_ago_is_not_made(
    harness: ActivityHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another try may have taken it for lost by then, and have read the history already."""
    notice = await harness.assigned()
    monkeypatch.setattr(notices, "BEGUN_WITHIN", timedelta(microseconds=-1))
    await fail_to_send(harness, notice)
    assert not harness.messenger.messages
    monkeypatch.undo()

    result = await harness.send(notice)

    row = await harness.row(notice)
    assert (result.state, row.unknown_since) == (NoticeState.SENT, None)
    assert len(harness.messenger.messages) == 1


@pytest.mark.parametrize(
    "refusal", [RejectedMessageError("invalid_blocks"), UndeliverableError("user_disabled")]
)
async def test_what_slack_will_never_take_is_failed_and_not_tried_again(
    harness: ActivityHarness, refusal: MessengerError
) -> None:
    harness.messenger.fails_before.append(refusal)
    notice = await harness.assigned()

    results = [await harness.send(notice), await harness.send(notice)]

    assert {result.state for result in results} == {NoticeState.FAILED}
    assert results[0].reason == refusal.code
    assert harness.messenger.messages == []


async def test_what_slack_refused_is_posted_once_it_is_to_be_tried_again(
    harness: ActivityHarness,
) -> None:
    """It was never there, so nothing is looked for."""
    harness.messenger.fails_before.append(UndeliverableError("messages_tab_disabled"))
    notice = await harness.assigned()
    await harness.send(notice)
    row = await harness.row(notice)

    opened = [await harness.store.notices.reopen(row), await harness.store.notices.reopen(row)]
    result = await harness.send(notice)

    assert opened == [True, False]
    assert result.state is NoticeState.SENT
    assert harness.messenger.looks == []
    assert not await harness.store.notices.reopen(row)


async def test_what_slack_refused_after_an_answer_got_lost_is_looked_for(
    harness: ActivityHarness,
) -> None:
    notice = await harness.assigned()
    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)
    harness.messenger.hidden = True
    harness.messenger.fails_before.append(UndeliverableError("messages_tab_disabled"))
    await harness.send(notice)
    harness.messenger.hidden = False
    await harness.store.notices.reopen(await harness.row(notice))

    result = await harness.send(notice)

    assert result.state is NoticeState.RECONCILED
    assert len(harness.messenger.messages) == 1


async def test_a_rate_limit_says_when_to_try_again(harness: ActivityHarness) -> None:
    harness.messenger.fails_before.append(RateLimitedError("ratelimited", WAIT))
    notice = await harness.assigned()

    with pytest.raises(ApplicationError) as raised:
        await harness.send(notice)

    assert raised.value.type == "SlackRateLimited"
    assert raised.value.next_retry_delay == WAIT
    assert not raised.value.non_retryable


@pytest.mark.parametrize(
    "refusal",
    [
        RateLimitedError("ratelimited", WAIT),
        TransientMessengerError("service_unavailable"),
        InstallationBrokenError("token_revoked"),
    ],
)
async def test_what_slack_provably_did_not_do_is_not_looked_for(
    harness: ActivityHarness, refusal: MessengerError
) -> None:
    harness.messenger.fails_before.append(refusal)
    notice = await harness.assigned()
    await fail_to_send(harness, notice)
    assert (await harness.row(notice)).attempted_at is None

    result = await harness.send(notice)

    assert result.state is NoticeState.SENT
    assert harness.messenger.looks == []


async def test_a_broken_installation_is_tried_again_once_a_minute(harness: ActivityHarness) -> None:
    harness.messenger.fails_before.append(InstallationBrokenError("token_revoked"))

    with pytest.raises(ApplicationError) as raised:
        await harness.send(await harness.assigned())

    assert raised.value.next_retry_delay == timedelta(minutes=1)


async def test_a_reminder_that_waited_till_night_stays_planned(harness: ActivityHarness) -> None:
    """Slack was down until an hour at which nobody may be disturbed."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    weekday = WEEKDAYS[(datetime.now(UTC) + timedelta(days=3)).weekday()]
    harness.hours = WorkingHours.parse(f"{weekday} 09:00-17:00")
    task = await harness.task(due_at=yesterday)
    reminder = a_notice(NoticeKind.REMINDER_DUE, task, due_at=task.due_at, planned_at=yesterday)

    result = await harness.send(reminder)

    assert result.is_deferred
    assert harness.messenger.messages == []


async def test_a_reminder_is_deferred_while_its_person_is_not_to_be_disturbed(
    harness: ActivityHarness,
) -> None:
    reminder = await harness.reminder()
    harness.directory.quiet[BEN] = datetime.now(UTC) + timedelta(hours=1)

    result = await harness.send(reminder)

    assert result.is_deferred
    assert harness.messenger.messages == []


async def test_a_card_for_acting_on_a_task_that_is_closed_by_now_is_skipped(
    harness: ActivityHarness,
) -> None:
    """It waited for its turn; meanwhile the task was done, which is told by itself."""
    notice = await harness.assigned()
    assert notice.task_id is not None
    task = await harness.store.tasks.find(notice.task_id)
    assert task is not None
    await harness.store.tasks.apply(Changes(task).completed())

    result = await harness.send(notice)

    assert (result.state, result.reason) == (NoticeState.SKIPPED, "no longer true")
    assert harness.messenger.posted == {}
