"""However long a task lives and however often it changes, no history of it grows without end.

The figures of a whole year with many changes a day: `python -m tests.relai_workflows.long_life`.
"""

from datetime import timedelta

from relai_workflows.task_lifecycle import LONGEST_HISTORY, LONGEST_RUN
from tests.relai_workflows.long_life import live
from tests.relai_workflows.stage import Stage

YEAR = timedelta(days=365)
MARGIN = 200
"""Events that a run may add until it has nothing left to say, and leaves."""
LARGEST_HISTORY = 1024 * 1024
"""Bytes. Temporal warns at ten times as many."""
LARGEST_STATE = 8 * 1024
"""Bytes: a hundred request ids, the reminders of one due date, and the task as asked for."""


async def test_a_year_goes_by_in_short_runs(stage: Stage) -> None:
    months = YEAR // LONGEST_RUN + 1

    runs = await live(stage, times=months, pause=LONGEST_RUN, edits=3, relays=1)

    assert len(runs) >= months
    assert max(run.events for run in runs) <= LONGEST_HISTORY
    assert max(run.input_bytes for run in runs) <= LARGEST_STATE


async def test_a_day_with_very_many_changes_is_more_than_one_run(stage: Stage) -> None:
    runs = await live(stage, times=1, pause=timedelta(minutes=1), edits=80, relays=1)

    assert len(runs) > 1
    assert max(run.events for run in runs) <= LONGEST_HISTORY + MARGIN
    assert max(run.bytes for run in runs) <= LARGEST_HISTORY
    assert max(run.input_bytes for run in runs) <= LARGEST_STATE
