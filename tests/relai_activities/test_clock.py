"""Activities use Temporal's time, so a wrong clock of the worker changes nothing."""

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


async def test_activity_uses_the_start_time_of_temporal() -> None:
    assert NOW <= await attempt(the_time, started_at=NOW) < NOW + AT_ONCE


async def test_worker_logs_each_change_of_its_clock_once() -> None:
    interceptor, here = clock.ClockInterceptor(), datetime.now(UTC)

    with capture_logs() as logs:
        for started_at in (here, here - HOUR, here - HOUR, here, here):
            await attempt(the_time, started_at=started_at, own=interceptor)

    assert [(each["state"], each["seconds_ahead"]) for each in logs] == [
        ("off", 3600),
        ("right", 0),
    ]


@pytest.mark.parametrize("due_in", [timedelta(minutes=1), timedelta(hours=23)])
async def test_reminder_waits_for_temporals_time(
    harness: ActivityHarness, due_in: timedelta
) -> None:
    """The worker's clock is far ahead."""
    task = await harness.task(due_at=NOW + due_in)
    tasks = TaskActivities(harness.store.tasks, harness.directory, harness.hours)

    asked = DeadlineInput(task_id=task.id, at=NOW)
    found = await attempt(tasks.check_task_deadline, asked, started_at=NOW)

    assert found.wait_until == NOW + due_in


async def test_hand_over_window_starts_at_temporals_time(harness: ActivityHarness) -> None:
    relays = RelayActivities(harness.store.tasks, harness.directory, harness.hours)
    asked = to_ben(await harness.task(owner=ANA)).model_copy(update={"at": NOW})

    opened = await attempt(relays.relay_task, asked, started_at=NOW)

    assert opened.relay is not None
    assert opened.relay.answer_by < NOW + asked.window + AT_ONCE


async def test_answer_lost_under_a_fast_clock_is_looked_up(
    harness: ActivityHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal's clock has been put back since."""
    monkeypatch.setattr(notices, "HISTORY_LAG", timedelta(0))
    monkeypatch.setattr(notices, "LONGEST_CALL", timedelta(milliseconds=20))
    notice = await harness.an_assignment()
    row = await harness.row(notice)
    ahead = datetime.now(UTC) + HOUR
    await harness.store.notices.mark_attempt(row, await harness.messenger.open_dm(BEN), ahead)

    result = await harness.send(notice)

    assert result.state is NoticeState.SENT
