"""The stored histories replay with today's code: a worker does the same with running workflows."""

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


@pytest.mark.parametrize("seed", ["0", "42"])
def test_stored_histories_replay_with_any_order_of_sets(seed: str) -> None:
    replayed = subprocess.run(
        [sys.executable, "-m", "tests.relai_workflows.replay"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )

    assert replayed.returncode == 0, replayed.stderr


def test_each_course_has_one_history() -> None:
    assert {path.name for path in HISTORIES.iterdir()} == {
        history_file(shape).name for shape in SHAPES
    }


def test_each_workflow_type_has_a_history() -> None:
    played = {
        history.events[0].workflow_execution_started_event_attributes.workflow_type.name
        for history in stored_histories()
    }

    assert played == {workflow.__name__ for workflow in WORKFLOWS}


async def test_replay_fails_for_another_activity() -> None:
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
