"""No worker runs for a while. Everything that was asked for is done after it, and told once.

The server skips no time while a workflow waits for a worker, so a short window really passes.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from devstack.temporal_server import TemporalServer
from relai_core.domain.notice import NoticeKind
from relai_core.domain.relay import RelayEnd
from relai_core.store.database import Database
from tests.relai_core.builders import ANA, BEN, CLEO
from tests.relai_workflows.workflow_driver import create
from tests.relai_workflows.workflow_env import ALWAYS, WorkflowEnv

WINDOW = timedelta(seconds=6)
"""Longer than a worker takes to stop."""


async def test_answer_in_time_counts_though_no_worker_ran(
    temporal_server: TemporalServer, database: Database
) -> None:
    client = await Client.connect(temporal_server.address, data_converter=pydantic_data_converter)
    env = WorkflowEnv(client, database, ALWAYS)
    async with env.worker():
        tasks = [await create(env) for _ in range(2)]
        done = await create(env, owner=BEN)
        answered, unanswered = [await each.hand_over(CLEO, window=WINDOW) for each in tasks]

    await answered.signal("accepted", answered.accepted(CLEO))
    await done.signal("completed", done.says.completed(BEN))
    over_at = (await unanswered.relay()).answer_by
    await asyncio.sleep((over_at - datetime.now(UTC)).total_seconds() + 0.5)
    async with env.worker():
        ends = [await each.end() for each in (answered, unanswered)]
        await env.idle()

    assert ends == [RelayEnd.ACCEPTED, RelayEnd.UNANSWERED]
    assert env.readers(NoticeKind.RELAY_ENDED) == [ANA, ANA]
    assert (await done.task()).closed_by == BEN
    assert env.readers(NoticeKind.TASK_COMPLETED) == [ANA]
