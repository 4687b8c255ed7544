"""What is trouble, of what Temporal says about a workflow."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus

from relai_audit.executions import TAKEN_WITHIN, Execution

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


def an_execution(waits_since: datetime | None, failing: str | None = None) -> Execution:
    return Execution(
        workflow_id="task-T1-1",
        run_id="run",
        status=WorkflowExecutionStatus.RUNNING,
        since=NOW - timedelta(days=1),
        task_queue="relai",
        events=12,
        waits_since=waits_since,
        failing=failing,
        is_sending=False,
    )


@pytest.mark.parametrize(
    ("waits", "is_trouble"),
    [
        (None, False),
        (TAKEN_WITHIN, False),
        (TAKEN_WITHIN + timedelta(seconds=1), True),
        (-timedelta(hours=1), False),
    ],
)
def test_a_step_that_waits_too_long_is_trouble(waits: timedelta | None, is_trouble: bool) -> None:
    execution = an_execution(NOW - waits if waits is not None else None)

    assert (execution.trouble(NOW) is not None) is is_trouble


def test_what_fails_is_named_however_long_it_waits() -> None:
    execution = an_execution(NOW - timedelta(days=1), failing="its workflow task fails, try 3")

    assert execution.trouble(NOW) == "its workflow task fails, try 3"
