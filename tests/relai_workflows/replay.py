"""Replays the stored histories: `python -m tests.relai_workflows.replay`. Fails if one differs.

It runs as a process of its own, because Python chooses the order of sets once, when it starts.
"""

import asyncio
import json

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.relai_workflows.record_histories import HISTORIES
from worker import WORKFLOWS


def stored_histories() -> list[WorkflowHistory]:
    """Load all stored histories."""
    found = [json.loads(path.read_text()) for path in sorted(HISTORIES.glob("*.json"))]
    return [WorkflowHistory.from_json(each["workflow_id"], each["history"]) for each in found]


async def replay() -> None:
    """Replay them all.

    Raises:
        NondeterminismError: the commands of a workflow differ from its history.
    """
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter)
    for history in stored_histories():
        await replayer.replay_workflow(history)


if __name__ == "__main__":
    asyncio.run(replay())
