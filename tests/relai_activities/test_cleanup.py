"""The cleanup continues after the last batch of its previous try."""

from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from relai_activities import cleanup
from relai_activities.cleanup import CleanupActivities
from relai_activities.contracts import CleanupInput
from tests.relai_activities.activity_harness import ActivityHarness
from tests.relai_core.builders import BEN, NOW, Changes

BATCH = 2
CLOSED = 5


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleanup, "BATCH", BATCH)


@pytest.fixture(autouse=True)
async def _closed_tasks(harness: ActivityHarness) -> None:
    for _ in range(CLOSED):
        task = await harness.task()
        await harness.store.tasks.apply(Changes(task).completed(BEN))


async def archived(harness: ActivityHarness, environment: ActivityEnvironment) -> int:
    asked = CleanupInput(closed_before=NOW + timedelta(days=1))
    step = CleanupActivities(harness.store.tasks).cleanup_completed_tasks
    return await environment.run(step, asked)


async def test_every_batch_heartbeats_with_the_count_so_far(harness: ActivityHarness) -> None:
    environment = ActivityEnvironment()
    beats: list[int] = []
    environment.on_heartbeat = beats.append

    assert await archived(harness, environment) == CLOSED
    assert beats == [2, 4, 5]


async def test_retry_continues_the_count(harness: ActivityHarness) -> None:
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, heartbeat_details=(40,))

    assert await archived(harness, environment) == 40 + CLOSED
