"""Workflows that run replay their history with today's code, and must do again what they did."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from tests.relai_workflows.record_histories import HISTORIES, history_file
from tests.relai_workflows.recorded_histories import SHAPES
from tests.relai_workflows.replay import stored_histories
from worker import WORKFLOWS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", ["0", "1", "42", "4294967295"])
def test_every_stored_history_replays_whatever_the_order_of_sets(seed: str) -> None:
    replayed = subprocess.run(
        [sys.executable, "-m", "tests.relai_workflows.replay"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )

    assert replayed.returncode == 0, replayed.stderr


def test_there_is_one_history_for_each_shape_of_life() -> None:
    assert {path.name for path in HISTORIES.iterdir()} == {
        history_file(shape).name for shape in SHAPES
    }


def test_every_workflow_has_a_history() -> None:
    played = {
        history.events[0].workflow_execution_started_event_attributes.workflow_type.name
        for history in stored_histories()
    }

    assert played == {workflow.__name__ for workflow in WORKFLOWS}


async def test_a_history_that_differs_is_noticed() -> None:
    """The replay can fail: here an activity was another one."""
    (tampered,) = (each for each in stored_histories() if each.workflow_id == "cleanup")
    _rename_activity(tampered)

    with pytest.raises(NondeterminismError):
        await Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter).replay_workflow(
            tampered
        )


def _rename_activity(history: WorkflowHistory) -> None:
    (scheduled,) = (
        event
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    )
    scheduled.activity_task_scheduled_event_attributes.activity_type.name = "another_activity"
