"""Steps of a hand-over."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError

from relai_activities.contracts import FindRelayInput
from relai_activities.relays import RelayActivities
from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import RelayId
from tests.relai_activities.activity_harness import WINDOW, ActivityHarness, attempt, to_ben
from tests.relai_core.builders import ANA, CI, TEAM


@pytest.fixture
def relays(harness: ActivityHarness) -> RelayActivities:
    hours = WorkingHours.parse("mon-sun 00:00-24:00")
    return RelayActivities(harness.store.tasks, harness.directory, hours)


async def test_second_try_returns_the_first_hand_over(
    harness: ActivityHarness, relays: RelayActivities
) -> None:
    asked = to_ben(await harness.task(owner=ANA))

    first = await attempt(relays.relay_task, asked)
    second = await attempt(relays.relay_task, asked)

    assert first == second
    assert first.task.relay_count == 1


async def test_nudge_is_planned_at_half_of_the_window(
    harness: ActivityHarness, relays: RelayActivities
) -> None:
    result = await attempt(relays.relay_task, to_ben(await harness.task(owner=ANA)))

    relay = result.relay
    assert relay is not None
    assert relay.nudge_at - relay.opened_at == WINDOW / 2
    assert relay.answer_by - relay.opened_at == WINDOW


async def test_a_hand_over_remembers_the_token_that_asked_for_it(
    harness: ActivityHarness, relays: RelayActivities
) -> None:
    asked = to_ben(await harness.task(owner=ANA)).model_copy(update={"via": CI})

    result = await attempt(relays.relay_task, asked)

    assert result.event is not None
    assert result.event.via == CI


async def test_hand_over_is_not_opened_before_its_request(
    harness: ActivityHarness, relays: RelayActivities
) -> None:
    asked = to_ben(await harness.task(owner=ANA))
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)

    result = await attempt(relays.relay_task, asked.model_copy(update={"at": ahead}))

    assert result.relay is not None
    assert result.relay.opened_at == ahead


async def test_answer_time_in_the_past_means_now(
    harness: ActivityHarness, relays: RelayActivities
) -> None:
    asked = to_ben(await harness.task(owner=ANA))
    past = asked.at - timedelta(hours=1)

    result = await attempt(relays.relay_task, asked.model_copy(update={"answer_by": past}))

    relay = result.relay
    assert relay is not None
    assert relay.opened_at == relay.nudge_at == relay.answer_by


async def test_missing_relay_is_retried(relays: RelayActivities) -> None:
    with pytest.raises(ApplicationError) as raised:
        await attempt(relays.find_relay, FindRelayInput(relay_id=RelayId(f"{TEAM}-none")))

    assert raised.value.type == "NotFoundError"
    assert not raised.value.non_retryable
