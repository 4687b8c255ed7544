"""Activities go by Temporal's time, so a worker's clock neither hurries nor blocks anybody."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from relai_activities import clock, notices
from relai_activities.contracts import DeadlineInput
from relai_activities.relays import RelayActivities
from relai_activities.tasks import TaskActivities
from relai_core.domain.notice import NoticeState
from tests.relai_activities.activity_harness import ActivityHarness, attempt, to_ben
from tests.relai_core.builders import ANA, BEN, NOW

AT_ONCE = timedelta(seconds=5)
HOUR = timedelta(hours=1)


async def the_time() -> datetime:
    return clock.now()


async def test_an_activity_goes_by_the_time_at_which_temporal_handed_it_out() -> None:
    assert NOW <= await attempt(the_time, started_at=NOW) < NOW + AT_ONCE


async def test_a_worker_says_once_that_its_clock_is_wrong_and_once_that_it_is_right() -> None:
    interceptor, here = clock.ClockInterceptor(), datetime.now(UTC)

    with capture_logs() as logs:
        for started_at in (here, here - HOUR, here - HOUR, here, here):
            await attempt(the_time, started_at=started_at, own=interceptor)

    assert [(each["state"], each["seconds_ahead"]) for each in logs] == [
        ("off", 3600),
        ("right", 0),
    ]


@pytest.mark.parametrize("due_in", [timedelta(minutes=1), timedelta(hours=23)])
async def test_no_reminder_is_due_before_it_is_so_in_temporal(
    harness: ActivityHarness, due_in: timedelta
) -> None:
    """The worker's clock is far ahead."""
    task = await harness.task(due_at=NOW + due_in)
    tasks = TaskActivities(harness.store.tasks, harness.directory, harness.hours)

    asked = DeadlineInput(task_id=task.id, at=NOW)
    found = await attempt(tasks.check_task_deadline, asked, started_at=NOW)

    assert found.wait_until == NOW + due_in


async def test_the_window_of_a_hand_over_begins_when_it_does_so_in_temporal(
    harness: ActivityHarness,
) -> None:
    relays = RelayActivities(harness.store.tasks, harness.directory, harness.hours)
    asked = to_ben(await harness.task(owner=ANA)).model_copy(update={"at": NOW})

    opened = await attempt(relays.relay_task, asked, started_at=NOW)

    assert opened.relay is not None
    assert opened.relay.answer_by < NOW + asked.window + AT_ONCE


async def test_an_answer_lost_by_a_clock_that_was_ahead_is_looked_for_at_once(
    harness: ActivityHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal's clock has been put back since."""
    monkeypatch.setattr(notices, "HISTORY_LAG", timedelta(0))
    monkeypatch.setattr(notices, "LONGEST_CALL", timedelta(milliseconds=20))
    notice = await harness.assigned()
    row = await harness.row(notice)
    ahead = datetime.now(UTC) + HOUR
    await harness.store.notices.mark_attempt(row, await harness.messenger.open_dm(BEN), ahead)

    result = await harness.send(notice)

    assert result.state is NoticeState.SENT
