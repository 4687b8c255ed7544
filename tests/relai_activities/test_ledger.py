"""Told once: the ledger after every possible outcome of a post."""

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


async def complete_task_of(harness: ActivityHarness, notice: Notice) -> None:
    """Complete the task that a notice is about, as its owner."""
    assert notice.task_id is not None
    task = await harness.store.tasks.find(notice.task_id)
    assert task is not None
    await harness.store.tasks.apply(Changes(task).completed(task.owner))


async def test_sent_notice_is_recorded(harness: ActivityHarness) -> None:
    notice = await harness.an_assignment()

    result = await harness.send(notice)

    row = await harness.row(notice)
    assert result.state is row.state is NoticeState.SENT
    assert row.ts in harness.messenger.posted
    assert row.live


async def test_retry_after_success_posts_no_second_message(harness: ActivityHarness) -> None:
    """The worker died after the post, before it reported to Temporal."""
    notice = await harness.an_assignment()
    await harness.send(notice)

    result = await harness.send(notice)

    assert result.state is NoticeState.SENT
    assert len(harness.messenger.messages) == 1


async def test_lost_answer_makes_a_notice_ambiguous(harness: ActivityHarness) -> None:
    notice = await harness.an_assignment()

    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)

    assert (await harness.row(notice)).state is NoticeState.AMBIGUOUS


async def test_message_in_the_history_is_not_posted_again(harness: ActivityHarness) -> None:
    notice = await harness.an_assignment()
    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)

    result = await harness.send(notice)

    row = await harness.row(notice)
    assert result.state is NoticeState.RECONCILED
    assert len(harness.messenger.messages) == 1
    assert (row.ts, row.live) == ("1.0", True)


async def test_message_missing_in_the_history_is_posted(harness: ActivityHarness) -> None:
    notice = await harness.an_assignment()
    harness.messenger.fails_before.append(LOST)
    await fail_to_send(harness, notice)

    result = await harness.send(notice)

    assert result.state is NoticeState.SENT
    assert len(harness.messenger.messages) == 1


async def test_interrupted_post_is_looked_up(harness: ActivityHarness) -> None:
    """The worker died between the post and the ledger."""
    harness.messenger.fails_after.append(asyncio.CancelledError())
    notice = await harness.an_assignment()
    with pytest.raises(asyncio.CancelledError):
        await harness.send(notice)

    result = await harness.send(notice)

    assert (result.state, result.reason) == (NoticeState.RECONCILED, "interrupted")
    assert len(harness.messenger.messages) == 1


async def test_lookup_waits_for_the_history_to_catch_up(
    harness: ActivityHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    lag = timedelta(milliseconds=200)
    monkeypatch.setattr(notices, "HISTORY_LAG", lag)
    notice = await harness.an_assignment()
    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)
    lost_at = (await harness.row(notice)).unknown_since

    await harness.send(notice)

    assert lost_at is not None
    assert datetime.now(UTC) - lost_at >= lag


async def test_lookup_waits_for_an_interrupted_post_to_end(
    harness: ActivityHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker may be cut off from Temporal and still reach Slack."""
    longest = timedelta(milliseconds=200)
    monkeypatch.setattr(notices, "LONGEST_CALL", longest)
    notice = await harness.an_assignment()
    harness.messenger.fails_after.append(asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await harness.send(notice)
    began = (await harness.row(notice)).last_attempt_at

    await harness.send(notice)

    assert began is not None
    assert datetime.now(UTC) - began >= longest


def test_longest_call_covers_start_and_timeout() -> None:
    assert LONGEST_CALL >= BEGUN_WITHIN + CALL_TIMEOUT


async def test_lost_answer_is_looked_up_after_a_refused_try(harness: ActivityHarness) -> None:
    """Lost, not in the history yet, refused with a 429, and then the history shows it."""
    notice = await harness.an_assignment()
    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)
    harness.messenger.hidden = True
    harness.messenger.fails_before.append(RateLimitedError("ratelimited", WAIT))
    await fail_to_send(harness, notice)
    harness.messenger.hidden = False

    result = await harness.send(notice)

    assert result.state is NoticeState.RECONCILED
    assert len(harness.messenger.messages) == 1


async def test_next_try_edits_a_card_whose_edit_failed(harness: ActivityHarness) -> None:
    """The task was completed during the post, and Slack refused the edit."""
    notice = await harness.an_assignment()
    await harness.send(notice)
    await complete_task_of(harness, notice)

    await harness.send(notice)

    (card,) = harness.messenger.messages
    assert not card.has_buttons


async def test_nudge_of_a_closed_task_is_skipped(harness: ActivityHarness) -> None:
    offer = await harness.an_offer()
    nudge = offer.model_copy(update={"kind": NoticeKind.RELAY_NUDGED})
    await complete_task_of(harness, offer)

    result = await harness.send(nudge)

    assert (result.state, result.reason) == (NoticeState.SKIPPED, "no longer true")


async def test_reconciled_card_shows_the_current_task(harness: ActivityHarness) -> None:
    notice = await harness.an_assignment()
    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)
    await complete_task_of(harness, notice)

    await harness.send(notice)

    (card,) = harness.messenger.messages
    assert not card.has_buttons
    assert not (await harness.row(notice)).live


async def test_ambiguous_reminder_is_not_repeated_blindly(harness: ActivityHarness) -> None:
    notice = await harness.a_reminder()
    harness.messenger.fails_after.append(LOST)
    await fail_to_send(harness, notice)
    harness.messenger.unreadable = MissingScopeError("missing_scope")

    results = [await harness.send(notice), await harness.send(notice)]

    assert {result.state for result in results} == {NoticeState.AMBIGUOUS}
    assert len(harness.messenger.messages) == 1


async def test_ambiguous_offer_is_posted_again(harness: ActivityHarness) -> None:
    notice = await harness.an_offer()
    harness.messenger.fails_before.append(LOST)
    await fail_to_send(harness, notice)
    harness.messenger.unreadable = UndeliverableError("channel_not_found")

    result = await harness.send(notice)

    assert result.state is NoticeState.SENT
    assert len(harness.messenger.messages) == 1


async def test_history_is_read_after_the_token_is_restored(harness: ActivityHarness) -> None:
    notice = await harness.a_reminder()
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


async def test_deactivated_person_is_skipped_after_the_lookup(harness: ActivityHarness) -> None:
    """Before the lookup, the offer may be in the DM already."""
    notice = await harness.an_offer()
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
async def test_unreachable_person_is_skipped_with_the_reason(
    harness: ActivityHarness, fields: dict[str, bool], reason: str
) -> None:
    harness.directory.put(User(team_id=TEAM, id=BEN, name="ben", **fields))

    result = await harness.send(await harness.an_assignment())

    assert (result.state, result.reason) == (NoticeState.SKIPPED, reason)
    assert result.is_undelivered
    assert harness.messenger.messages == []


async def test_unknown_person_is_skipped(harness: ActivityHarness) -> None:
    harness.directory.users.clear()

    result = await harness.send(await harness.an_assignment())

    assert (result.state, result.reason) == (NoticeState.SKIPPED, "unknown")


async def test_outdated_reminder_is_skipped(harness: ActivityHarness) -> None:
    notice = await harness.a_reminder()
    await complete_task_of(harness, notice)

    result = await harness.send(notice)

    assert (result.state, result.reason) == (NoticeState.SKIPPED, "no longer true")


async def test_reminder_outdated_while_its_dm_opens_is_skipped(harness: ActivityHarness) -> None:
    """Opening a DM may take seconds, and the wait for a turn more."""
    notice = await harness.a_reminder()
    harness.messenger = _CompletesWhileOpening(harness)

    result = await harness.send(notice)

    assert (result.state, result.reason) == (NoticeState.SKIPPED, "no longer true")
    assert not harness.messenger.messages


class _CompletesWhileOpening(FakeMessenger):
    """Completes Ben's task while the DM is opened."""

    def __init__(self, harness: ActivityHarness) -> None:
        super().__init__()
        self._store = harness.store

    async def open_dm(self, user_id: SlackUserId) -> ChannelId:
        for task in await self._store.tasks.list_owned(TEAM, BEN, 1):
            await self._store.tasks.apply(Changes(task).completed(BEN))
        return await super().open_dm(user_id)


async def test_post_with_an_expired_claim_is_not_made(
    harness: ActivityHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another try may have given it up for lost and read the history already."""
    notice = await harness.an_assignment()
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
async def test_rejected_message_fails_without_a_retry(
    harness: ActivityHarness, refusal: MessengerError
) -> None:
    harness.messenger.fails_before.append(refusal)
    notice = await harness.an_assignment()

    results = [await harness.send(notice), await harness.send(notice)]

    assert {result.state for result in results} == {NoticeState.FAILED}
    assert results[0].reason == refusal.code
    assert harness.messenger.messages == []


async def test_reopened_notice_is_posted_without_a_lookup(harness: ActivityHarness) -> None:
    """The message never existed, so no lookup is needed."""
    harness.messenger.fails_before.append(UndeliverableError("messages_tab_disabled"))
    notice = await harness.an_assignment()
    await harness.send(notice)
    row = await harness.row(notice)

    opened = [await harness.store.notices.reopen(row), await harness.store.notices.reopen(row)]
    result = await harness.send(notice)

    assert opened == [True, False]
    assert result.state is NoticeState.SENT
    assert harness.messenger.looks == []
    assert not await harness.store.notices.reopen(row)


async def test_reopened_ambiguous_notice_is_looked_up(harness: ActivityHarness) -> None:
    notice = await harness.an_assignment()
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


async def test_rate_limit_sets_the_retry_delay(harness: ActivityHarness) -> None:
    harness.messenger.fails_before.append(RateLimitedError("ratelimited", WAIT))
    notice = await harness.an_assignment()

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
async def test_refused_call_is_retried_without_a_lookup(
    harness: ActivityHarness, refusal: MessengerError
) -> None:
    harness.messenger.fails_before.append(refusal)
    notice = await harness.an_assignment()
    await fail_to_send(harness, notice)
    assert (await harness.row(notice)).attempted_at is None

    result = await harness.send(notice)

    assert result.state is NoticeState.SENT
    assert harness.messenger.looks == []


async def test_broken_installation_is_retried_every_minute(harness: ActivityHarness) -> None:
    harness.messenger.fails_before.append(InstallationBrokenError("token_revoked"))

    with pytest.raises(ApplicationError) as raised:
        await harness.send(await harness.an_assignment())

    assert raised.value.next_retry_delay == timedelta(minutes=1)


async def test_reminder_outside_working_hours_is_deferred(harness: ActivityHarness) -> None:
    """Slack was down until after working hours."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    weekday = WEEKDAYS[(datetime.now(UTC) + timedelta(days=3)).weekday()]
    harness.hours = WorkingHours.parse(f"{weekday} 09:00-17:00")
    task = await harness.task(due_at=yesterday)
    reminder = a_notice(NoticeKind.REMINDER_DUE, task, due_at=task.due_at, planned_at=yesterday)

    result = await harness.send(reminder)

    assert result.is_deferred
    assert harness.messenger.messages == []


async def test_reminder_is_deferred_during_do_not_disturb(harness: ActivityHarness) -> None:
    reminder = await harness.a_reminder()
    harness.directory.quiet[BEN] = datetime.now(UTC) + timedelta(hours=1)

    result = await harness.send(reminder)

    assert result.is_deferred
    assert harness.messenger.messages == []


async def test_card_of_a_closed_task_is_skipped(harness: ActivityHarness) -> None:
    """The task was completed while the card waited; another notice reports that."""
    notice = await harness.an_assignment()
    await complete_task_of(harness, notice)

    result = await harness.send(notice)

    assert (result.state, result.reason) == (NoticeState.SKIPPED, "no longer true")
    assert harness.messenger.posted == {}
